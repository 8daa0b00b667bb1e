using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Akka.Cluster;
using MELT.Actors.Devices;
using MELT.Actors.Sessions;
using MELT.Devices;
using MELT.Devices.Time;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>The way to devices that are plugged in at other nodes. A simulated device is carried by any node of the role device-host.</summary>
public sealed class ClusterLinks(AkkaRuntime runtime, HostClock clock, TimeProvider time) : IDeviceLinks
{
    /// <summary>The role of nodes that have devices.</summary>
    public const string Role = "device-host";

    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    public async Task PlaceAsync(SessionWork.Prepare work, CancellationToken stop)
    {
        var device = work.Header.Device;
        var standing = await InspectAsync(device, stop);
        var cluster = Cluster.Get(runtime.System);
        if (standing.Link is { } link && LinkId.MemberOf(cluster, link) is not null && standing.Reachable) return;
        if (work.Plan.Engine.Name == EngineSpec.Simulated)
            await runtime.AskUntilAnsweredAsync(Device.KindName, device.Value, new DeviceCommand.Attach(LinkId.Of(Carrier(cluster, device)), clock.Now), AskTimeout, time, stop);
        else if (standing.Link is null)
            throw new RigException("device-unknown", $"no node of this cluster has device {device}; name it in melt.serve.devices of the node where it is plugged in");
    }

    public async Task<SessionCommand> PerformAsync(WorkOrder order, CancellationToken stop)
    {
        var standing = await InspectAsync(order.Device, stop);
        if (standing.Link is null || LinkId.MemberOf(Cluster.Get(runtime.System), standing.Link) is not { } node)
            throw new LinkLostException($"{standing.Link ?? "the node"}, where device {order.Device} was plugged in, is gone");
        var answer = new TaskCompletionSource<SessionCommand>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (message, address) = (new LinkMessage.Order(Guid.NewGuid().ToString("N"), order), node.UniqueAddress);
        runtime.System.ActorOf(Props.Create(() => new LinkCall(message, address, answer, stop)));
        return await answer.Task;
    }

    /// <summary>The same device stays on the same node as long as that node lives.</summary>
    private static UniqueAddress Carrier(Cluster cluster, DeviceId device) =>
        cluster.State.Members.Where(m => m.Status == MemberStatus.Up && m.HasRole(Role) && !cluster.State.Unreachable.Contains(m))
            .MaxBy(m => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{device}@{m.UniqueAddress}"))))?.UniqueAddress
        ?? throw new RigException("device-unknown", $"no node of this cluster has the role {Role}, so none can carry device {device}");

    private async Task<DeviceAnswer.Standing> InspectAsync(DeviceId device, CancellationToken stop) =>
        (DeviceAnswer.Standing)await runtime.AskUntilAnsweredAsync(Device.KindName, device.Value, new DeviceCommand.Inspect(), AskTimeout, time, stop);
}
