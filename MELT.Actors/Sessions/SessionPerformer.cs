using System.Collections.Concurrent;
using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Runtimes;
using MELT.Actors.Scheduling;
using MELT.Devices.Time;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Sessions;

/// <summary>
/// Does a session's I/O where the session's actor lives: waits for its device, leases it, hands work to the place where it is plugged in
/// under the number of the lease, and gives the device back once the session is sealed.
/// </summary>
public sealed class SessionPerformer(IActorRuntime runtime, IDeviceLinks links, HostClock clock, TimeProvider time, ILogger log, TimeSpan? unreachable = null) : IPerformer
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10), AskAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>A device whose place is gone is waited for: a machine that starts again takes minutes, and its night is not over.</summary>
    private readonly TimeSpan _unreachable = unreachable ?? TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<string, Tenancy> _tenancies = new();
    private readonly SessionStreams _streams = new(runtime, time);

    public async Task<object> Perform(object work, CancellationToken stop)
    {
        try
        {
            return work switch
            {
                SessionWork.Prepare w => await PrepareAsync(w, stop),
                SessionWork.Settle w => await SettleAsync(w, stop),
                SessionWork.Forget w => await ForgetAsync(w),
                SessionWork w => await OrderAsync(w, stop),
                _ => throw new NotSupportedException(work.GetType().Name),
            };
        }
        catch (LinkLostException e) { return new SessionCommand.WorkFailed("link-lost", e.Message); }
        catch (RigException e) { return new SessionCommand.WorkFailed(e.Code, e.Message); }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { return new SessionCommand.WorkFailed("interrupted", "MELT stopped while the session was running"); }
        catch (Exception e)
        {
            log.LogError(e, "Work {Work} of a session failed", work.GetType().Name);
            return new SessionCommand.WorkFailed("work-failed", $"{work.GetType().Name}: {e.Message}");
        }
    }

    private Tenancy Of(SessionWork work) => _tenancies.GetOrAdd(work.Session, _ => new());

    private async Task<SessionCommand> PrepareAsync(SessionWork.Prepare work, CancellationToken stop)
    {
        var order = await Of(work).LeaseAsync(async patience =>
        {
            await GrantedAsync(work, patience);
            await links.PlaceAsync(work, patience);
            return new WorkOrder(work.Header.Device, await LeasedAsync(work, patience), work);
        }, stop);
        return await links.PerformAsync(order, stop);
    }

    /// <summary>Waits in the scheduler's line.</summary>
    private async Task GrantedAsync(SessionWork.Prepare work, CancellationToken stop)
    {
        while (await AskAsync(Scheduler.KindName, Scheduler.KindName, new SchedulerCommand.Acquire(work.Header.Device, work.Header.Session, clock.Now), stop) is not SchedulerAnswer.Granted)
            await Task.Delay(AskAgain, time, stop);
    }

    /// <summary>The number of the lease. A holder that the scheduler does not know of is over, or sealing itself.</summary>
    private async Task<long> LeasedAsync(SessionWork.Prepare work, CancellationToken stop)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            switch (await AskAsync(Device.KindName, work.Header.Device.Value, new DeviceCommand.Lease(work.Header.Session, clock.Now), stop))
            {
                case DeviceAnswer.Leased leased: return leased.Epoch;
                case DeviceAnswer.Unreachable gone when time.GetElapsedTime(begun) > _unreachable: throw new RigException("device-unreachable", $"device {work.Header.Device} was plugged in at {gone.Link}, which is gone; start that node again, or plug the device in elsewhere");
                case DeviceAnswer.Busy busy when await AskAsync(Session.KindName, busy.With.Value, new SessionCommand.Inspect(), stop) is SessionAnswer.Standing { IsOver: true }:
                    await AskAsync(Device.KindName, work.Header.Device.Value, new DeviceCommand.Release(busy.With, clock.Now), stop);
                    break;
                case DeviceAnswer.Busy: await Task.Delay(AskAgain, time, stop); break;
                case DeviceAnswer.Unreachable:
                    await Task.Delay(AskAgain, time, stop);
                    await links.PlaceAsync(work, stop);
                    break;
            }
        }
    }

    private Task<SessionCommand> OrderAsync(SessionWork work, CancellationToken stop) =>
        Of(work).Order is { } prepared ? links.PerformAsync(prepared with { Work = work }, stop) : throw new RigException("not-prepared", "the session's device and meters are not set up");

    /// <summary>Whatever does not end well is noted: what was observed is covered all the same.</summary>
    private async Task<SessionCommand> SettleAsync(SessionWork.Settle work, CancellationToken stop)
    {
        await Of(work).GiveUpWaitingAsync(stop);
        try
        {
            var ended = await TakenDownAsync(work, stop);
            // Settling hears only of its own failure: older work may fail meanwhile.
            if (ended is SessionCommand.WorkFailed failed) return new SessionCommand.SettleFailed(failed.Code, failed.Text);
            return ((SessionCommand.Settled)ended) with { Coverage = await _streams.CoverageAsync(work, stop) };
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            log.LogError(e, "Session {Session} could not be settled", work.Session);
            return new SessionCommand.SettleFailed("settling-failed", e.Message);
        }
    }

    /// <summary>Nothing is to be taken down where the device is another session's, or its place is gone.</summary>
    private async Task<SessionCommand> TakenDownAsync(SessionWork.Settle work, CancellationToken stop)
    {
        var device = (DeviceAnswer.Standing)await AskAsync(Device.KindName, work.Header.Device.Value, new DeviceCommand.Inspect(), stop);
        if (device.LeasedTo != work.Header.Session) return new SessionCommand.Settled([], [], []);
        try
        {
            return await links.PerformAsync(new(work.Header.Device, device.Epoch, work), stop);
        }
        catch (LinkLostException e)
        {
            return new SessionCommand.Settled([], [], [new("link-lost", e.Message)]);
        }
    }

    /// <summary>
    /// Once the session is sealed, so that settling can be repeated until then. The incarnation does not wait for this; what is not
    /// answered now is done by the scheduler, which finds that the session is over.
    /// </summary>
    private async Task<SessionCommand> ForgetAsync(SessionWork.Forget work)
    {
        var (device, session) = (work.Header.Device, work.Header.Session);
        try
        {
            if (_tenancies.TryRemove(work.Session, out var tenancy) && tenancy.Order is { } prepared)
                await links.PerformAsync(prepared with { Work = work }, CancellationToken.None);
        }
        catch (LinkLostException)
        {
            // What is gone has forgotten; the device is given back all the same.
        }
        if (await runtime.Ask(Device.KindName, device.Value, new DeviceCommand.Release(session, clock.Now), AskTimeout) is DeviceAnswer.Accepted)
            await runtime.Ask(Scheduler.KindName, Scheduler.KindName, new SchedulerCommand.Release(device, session, clock.Now), AskTimeout);
        return SessionCommand.Done.Value;
    }

    private Task<object> AskAsync(string kind, string id, object command, CancellationToken stop) =>
        runtime.AskUntilAnsweredAsync(kind, id, command, AskTimeout, time, stop);
}
