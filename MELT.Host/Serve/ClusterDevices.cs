using MELT.Actors.Devices;
using MELT.Actors.Runtimes;
using MELT.Devices;

namespace MELT.Host.Serve;

/// <summary>Every device the journal knows: where it is plugged in and who holds it.</summary>
internal static class ClusterDevices
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<ClusterDevice>> OfAsync(Node node, TimeProvider time, CancellationToken stop)
    {
        var devices = new List<ClusterDevice>();
        await foreach (var id in node.Journal.PersistenceIdsAsync($"{Device.KindName}:", stop))
        {
            var device = new DeviceId(id[(Device.KindName.Length + 1)..]);
            var standing = (DeviceAnswer.Standing)await node.Runtime.AskUntilAnsweredAsync(Device.KindName, device.Value, new DeviceCommand.Inspect(), AskTimeout, time, stop);
            devices.Add(new(device.Value, node.Cluster.AddressOf(standing), standing.LeasedTo?.Value, standing.Epoch));
        }
        return devices;
    }
}
