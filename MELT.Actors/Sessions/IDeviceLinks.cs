using MELT.Actors.Devices;
using MELT.Actors.Runtimes;
using MELT.Devices;
using MELT.Devices.Time;

namespace MELT.Actors.Sessions;

/// <summary>Work for a device, with the number of the lease under which it is asked.</summary>
public sealed record WorkOrder(DeviceId Device, long Epoch, SessionWork Work);

/// <summary>The way from a session, wherever its actor lives, to where its device is plugged in.</summary>
public interface IDeviceLinks
{
    /// <summary>Sees to it that the device has a place, where that can be chosen. Throws <see cref="RigException"/> when no place has it.</summary>
    Task PlaceAsync(SessionWork.Prepare work, CancellationToken stop);

    /// <summary>What the device's own place answers. Throws <see cref="LinkLostException"/> when that place is gone or there is none.</summary>
    Task<SessionCommand> PerformAsync(WorkOrder order, CancellationToken stop);
}

/// <summary>The place where the device was plugged in is gone; what it was doing is unknown.</summary>
public sealed class LinkLostException(string message) : Exception(message);

/// <summary>Every device is plugged in here.</summary>
public sealed class LocalLinks(LinkPerformer performer, IActorRuntime runtime, HostClock clock, TimeProvider time) : IDeviceLinks
{
    private const string Here = "here";
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A journal that a cluster wrote may say that the device's node is gone; who leases it here has it here.</summary>
    public async Task PlaceAsync(SessionWork.Prepare work, CancellationToken stop)
    {
        var device = work.Header.Device.Value;
        if (await AskAsync(device, new DeviceCommand.Inspect(), stop) is DeviceAnswer.Standing { Reachable: false })
            await AskAsync(device, new DeviceCommand.Attach(Here, clock.Now), stop);
    }

    public Task<SessionCommand> PerformAsync(WorkOrder order, CancellationToken stop) => performer.PerformAsync(order, stop);

    private Task<object> AskAsync(string device, DeviceCommand command, CancellationToken stop) =>
        runtime.AskUntilAnsweredAsync(Device.KindName, device, command, AskTimeout, time, stop);
}
