using MELT.Actors.Experiments;
using MELT.Devices.Inference.OpenAi;
using MELT.Devices.Links;
using MELT.Devices.Links.Adb;
using MELT.Devices.Links.Ssh;
using MELT.Devices.Time;

namespace MELT.Actors.Devices.Configured;

/// <summary>How a device is reached.</summary>
public abstract record DeviceReach(string Kind)
{
    /// <summary>This machine, prepared and looked after like any other device.</summary>
    public sealed record Local() : DeviceReach(LinkKinds.Local);
    public sealed record Adb(AdbTarget Target) : DeviceReach(LinkKinds.Adb);
    public sealed record Ssh(SshTarget Target) : DeviceReach(LinkKinds.Ssh);
    /// <summary>Nothing of it is reached but a server's HTTP interface.</summary>
    public sealed record Endpoint(OpenAiEndpoint Server) : DeviceReach(LinkKinds.Endpoint);
    /// <summary>It is not reached at all, but publishes and listens over MQTT (docs/agent.md).</summary>
    public sealed record Agent() : DeviceReach(LinkKinds.Agent);

    /// <summary>What people know it by.</summary>
    public sealed override string ToString() => this switch
    {
        Adb adb => $"adb {adb.Target}",
        Ssh ssh => $"ssh {ssh.Target}",
        Endpoint endpoint => endpoint.Server.Place,
        Agent => "MQTT agent",
        _ => Kind,
    };

    /// <summary>Opens a link; throws <see cref="LinkException"/> when that cannot be done, or this is no link.</summary>
    /// <param name="notices">What the link cannot do as promised, such as compare what was copied.</param>
    public async Task<ILink> OpenAsync(HostClock clock, IProgress<string>? notices, CancellationToken stop) => this switch
    {
        Local => new LocalLink(clock),
        Adb adb => await AdbLink.OpenAsync(adb.Target, clock, notices, stop),
        Ssh ssh => await SshLink.OpenAsync(ssh.Target, clock, notices, stop),
        _ => throw new LinkException($"{this} is not reached by a link on which programs could be run."),
    };
}
