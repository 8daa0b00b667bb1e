using MELT.Devices;

namespace MELT.Actors.Sessions;

/// <summary>Work for a device, with the number of the lease under which it is asked.</summary>
public sealed record WorkOrder(DeviceId Device, long Epoch, SessionWork Work);

/// <summary>The way from a session, wherever its actor lives, to where its device is plugged in.</summary>
public interface IDeviceLinks
{
    /// <summary>Sees to it that the device has a place, where that can be chosen. Throws <see cref="Devices.RigException"/> when no place has it.</summary>
    Task PlaceAsync(SessionWork.Prepare work, CancellationToken stop);

    /// <summary>What the device's own place answers. Throws <see cref="LinkLostException"/> when that place is gone or there is none.</summary>
    Task<SessionCommand> PerformAsync(WorkOrder order, CancellationToken stop);
}

/// <summary>The place where the device was plugged in is gone; what it was doing is unknown.</summary>
public sealed class LinkLostException(string message) : Exception(message);

/// <summary>Every device is plugged in here.</summary>
public sealed class LocalLinks(LinkPerformer performer) : IDeviceLinks
{
    public Task PlaceAsync(SessionWork.Prepare work, CancellationToken stop) => Task.CompletedTask;
    public Task<SessionCommand> PerformAsync(WorkOrder order, CancellationToken stop) => performer.PerformAsync(order, stop);
}
