using MELT.Actors.Devices;
using MELT.Actors.Runtimes;
using MELT.Actors.Sessions;
using MELT.Devices;

namespace MELT.Host.Serve;

/// <summary>A node leaves its cluster: devices that are plugged in there are not leased any more, and their sessions are sealed. The others go on.</summary>
internal static class NodeLeave
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5), Look = TimeSpan.FromMilliseconds(200);

    public static async Task SessionsAsync(Node node, TimeProvider time, CancellationToken limit)
    {
        await foreach (var id in node.Journal.PersistenceIdsAsync($"{Device.KindName}:", limit))
        {
            var device = new DeviceId(id[(Device.KindName.Length + 1)..]);
            var standing = await InspectAsync();
            if (node.Cluster.AddressOf(standing) != node.Cluster.Self) continue;
            await node.Runtime.AskUntilAnsweredAsync(Device.KindName, device.Value, new DeviceCommand.Detach(standing.Link!, node.Now), AskTimeout, time, limit);
            if (standing.LeasedTo is not { } session) continue;
            await node.Runtime.AskUntilAnsweredAsync(Session.KindName, session.Value, new SessionCommand.Cancel("the node where the device is plugged in was stopped"), AskTimeout, time, limit);
            while ((await InspectAsync()).LeasedTo == session) await Task.Delay(Look, time, limit);

            async Task<DeviceAnswer.Standing> InspectAsync() =>
                (DeviceAnswer.Standing)await node.Runtime.AskUntilAnsweredAsync(Device.KindName, device.Value, new DeviceCommand.Inspect(), AskTimeout, time, limit);
        }
    }
}
