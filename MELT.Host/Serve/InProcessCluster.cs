using MELT.Actors.Devices;
using MELT.Actors.Runtimes;
using MELT.Actors.Runtimes.InProcess;

namespace MELT.Host.Serve;

/// <summary>The cluster that one process is.</summary>
internal sealed class InProcessCluster(InProcessRuntime runtime, string address, TimeProvider time) : IClusterView
{
    private readonly long _begun = time.GetTimestamp();

    public string Runtime => "in-process";
    public IReadOnlyList<ClusterMember> Members => [new(address, NodeRoles.All, "up", Reachable: true, Oldest: true, time.GetElapsedTime(_begun).TotalSeconds)];
    public string Self => address;
    public string? Objection => null;
    public string? AddressOf(DeviceAnswer.Standing device) => address;
    public Task<string?> HomeOfAsync(string kind, string id, TimeSpan patience) => Task.FromResult<string?>(address);
    public int Entities => runtime.Addresses;
}
