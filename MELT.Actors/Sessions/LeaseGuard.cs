using System.Collections.Concurrent;
using MELT.Devices;

namespace MELT.Actors.Sessions;

/// <summary>Remembers the newest lease of each device here, and refuses what is asked under an older one.</summary>
internal sealed class LeaseGuard
{
    private readonly ConcurrentDictionary<DeviceId, long> _newest = new();

    /// <summary>Why not; null: the order may be followed.</summary>
    public string? Refuses(WorkOrder order)
    {
        var newest = _newest.AddOrUpdate(order.Device, order.Epoch, (_, known) => Math.Max(known, order.Epoch));
        return order.Epoch < newest ? $"device {order.Device} is leased under number {newest}; {order.Work.GetType().Name} was asked under {order.Epoch}" : null;
    }
}
