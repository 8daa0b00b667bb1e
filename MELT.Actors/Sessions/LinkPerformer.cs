using System.Collections.Concurrent;
using System.Collections.Immutable;
using MELT.Actors.Devices;
using MELT.Actors.Devices.Configured;
using MELT.Actors.Runtimes;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Sensors.Clocks;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Sessions;

/// <summary>
/// Does a session's work where its device is plugged in: sets its meters up, lets time pass, runs its engine, waits for its readings.
/// No order of an older lease than the newest one is followed.
/// </summary>
public sealed class LinkPerformer(IActorRuntime runtime, IBench bench, HostClock clock, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LostPatience = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, LiveSession> _live = new();
    private readonly ConcurrentDictionary<DeviceId, string> _holders = new();
    private readonly LeaseGuard _leases = new();
    private readonly SessionStreams _streams = new(runtime, time);

    /// <summary>Failure is an answer too.</summary>
    public async Task<SessionCommand> PerformAsync(WorkOrder order, CancellationToken stop)
    {
        if (order.Work is SessionWork.Forget forgotten) return Forget(forgotten);
        if (_leases.Refuses(order) is { } reason) return new SessionCommand.WorkFailed("stale-lease", reason);
        if (order.Work is not SessionWork.Prepare) Follow(order);
        try
        {
            return order.Work switch
            {
                SessionWork.Prepare w => await Of(w).InTurnAsync(live => PrepareAsync(w, order, live, stop), stop),
                SessionWork.Rest w => await RestAsync(w, stop),
                SessionWork.StartEngine w => await Of(w).InTurnAsync(live => StartEngineAsync(w, live, stop), stop),
                SessionWork.Sync w => await SyncAsync(w, stop),
                SessionWork.Tell w => await TellAsync(w, stop),
                SessionWork.StopEngine w => await Of(w).InTurnAsync(live => StopEngineAsync(live, stop), stop),
                SessionWork.Settle w => await Of(w).InTurnAsync(live => SettleAsync(w, live, stop), stop),
                _ => throw new NotSupportedException(order.Work.GetType().Name),
            };
        }
        catch (LinkException e) { return new SessionCommand.WorkFailed("engine-not-started", e.Message); }
        catch (RigException e) { return new SessionCommand.WorkFailed(e.Code, e.Message); }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { return new SessionCommand.WorkFailed("interrupted", "MELT stopped while the session was running"); }
        catch (Exception e)
        {
            log.LogError(e, "Work {Work} of a session failed", order.Work.GetType().Name);
            return new SessionCommand.WorkFailed("work-failed", $"{order.Work.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>From outside it can be seen in this line that no order of an old lease is followed once one of a newer lease was.</summary>
    private void Follow(WorkOrder order) => log.LogInformation(
        "follows {Work} of session {Session} for device {Device} under lease {Epoch} at {At}", order.Work.GetType().Name, order.Work.Session, order.Device, order.Epoch, clock.Now.Nanoseconds);

    private LiveSession Of(SessionWork work) => _live.GetOrAdd(work.Session, _ => new());

    private async Task<SessionCommand> PrepareAsync(SessionWork.Prepare work, WorkOrder order, LiveSession live, CancellationToken stop)
    {
        var standing = (DeviceAnswer.Standing)await AskAsync(Device.KindName, order.Device.Value, new DeviceCommand.Inspect(), stop);
        if (standing.LeasedTo != work.Header.Session || standing.Epoch != order.Epoch)
            return new SessionCommand.WorkFailed("stale-lease", $"device {order.Device} is not leased to session {work.Header.Session} under number {order.Epoch}");
        Follow(order);
        await EvictAsync(order.Device, work.Session, stop);
        var header = work.Header with { ClockDomain = clock.Domain };
        var streams = await _streams.BeginAsync(header, work.Plan, stop);
        var rig = await bench.SetUpAsync(header, work.Plan, new DeviceNotes(runtime, order.Device, header.Session, clock, time), stop);
        live.Use(rig);
        live.Watch(new(header, work.Plan, rig.Clocks, _streams, bench, runtime, time, log));
        return new SessionCommand.Prepared(streams, clock.Domain) { Facts = rig.Facts.IsEmpty ? null : rig.Facts };
    }

    /// <summary>Whoever held the device before and could not say goodbye is taken down first.</summary>
    private async Task EvictAsync(DeviceId device, string session, CancellationToken stop)
    {
        var former = _holders.GetValueOrDefault(device);
        _holders[device] = session;
        if (former is null || former == session || !_live.TryRemove(former, out var live)) return;
        log.LogWarning("Session {Session} still ran on device {Device} after its lease had ended; it is taken down", former, device);
        await live.InTurnAsync(async old =>
        {
            await old.StopEngineAsync();
            await old.TakeDownAsync();
            return SessionCommand.Done.Value;
        }, stop);
    }

    private async Task<SessionCommand> RestAsync(SessionWork.Rest work, CancellationToken stop)
    {
        var begin = clock.Now;
        await Task.Delay(work.Length, time, stop);
        return new SessionCommand.Rested(work.Phase, begin, clock.Now);
    }

    private async Task<SessionCommand> StartEngineAsync(SessionWork.StartEngine work, LiveSession live, CancellationToken stop)
    {
        var rig = live.Rig ?? throw new RigException("not-prepared", "the session's device and meters are not set up");
        var engine = await rig.StartEngineAsync(stop);
        live.Clocks?.Watch(engine, clock);
        live.Listen(engine, ListenAsync(work.Session, rig, live.Clocks, engine));
        await engine.SendAsync(rig.ForEngine(new EngineCommand.Hello(1, clock.Anchor)), stop);
        return SessionCommand.Done.Value;
    }

    /// <summary>Everything the engine tells goes to its session, in order, each batch repeated until it is stored.</summary>
    private async Task ListenAsync(string session, IRig rig, ClockWatch? clocks, IEngine engine)
    {
        var batch = ImmutableArray.CreateBuilder<EngineEvent>();
        for (var number = 1L; await engine.Events.WaitToReadAsync(); number++)
        {
            while (batch.Count < 1024 && engine.Events.TryRead(out var told))
            {
                clocks?.Heard(told);
                if (told is EngineEvent.Probed) continue;      // a clock sample, which the device's actor keeps
                rig.Heard(told, engine.ProcessId);
                batch.Add(rig.Complete(told));
            }
            if (batch.Count == 0) { number--; continue; }
            if (batch[^1] is EngineEvent.Exited { ExitCode: null, Signal: null } && await LostAsync(rig) is { } lost)
                runtime.Tell(Session.KindName, session, new SessionCommand.WorkFailed("link-lost", lost));
            await AskAsync(Session.KindName, session, new SessionCommand.EngineTold(number, batch.ToImmutable()), CancellationToken.None);
            batch.Clear();
        }
    }

    /// <summary>How the link died, where that is what ended the engine; it is noticed at about the same time.</summary>
    private async Task<string?> LostAsync(IRig rig)
    {
        if (rig.Lost is not { } lost) return null;
        await Task.WhenAny(lost, Task.Delay(LostPatience, time));
        return lost.IsCompleted ? await lost : null;
    }

    private async Task<SessionCommand> TellAsync(SessionWork.Tell work, CancellationToken stop)
    {
        if (_live.TryGetValue(work.Session, out var live) && live.Engine is { } engine) await engine.SendAsync(live.Rig?.ForEngine(work.Command) ?? work.Command, stop);
        return SessionCommand.Done.Value;
    }

    private async Task<SessionCommand> SyncAsync(SessionWork.Sync work, CancellationToken stop)
    {
        var meters = await _streams.ClocksAsync(work.Header, work.Plan, stop);
        var pattern = work.Plan.Sync == SyncMode.On ? SyncPattern.For(meters.All) ?? SyncPattern.Usual : SyncPattern.For(meters.WithoutClock);
        if (pattern is null || work.Plan.Engine.Name == EngineSpec.CommandLine) return SessionCommand.NoSync.Value;
        // Wanted only where it helps, a pattern that the engine cannot make is left out; insisted upon, the engine says that it cannot.
        if (work.Plan.Sync == SyncMode.Auto && _live.TryGetValue(work.Session, out var live) && live.Rig is { Exercises: false }) return SessionCommand.NoSync.Value;
        return await TellAsync(new(work.Session, new EngineCommand.Exercise(pattern.Chips, pattern.ChipSeconds)), stop);
    }

    private static async Task<SessionCommand> StopEngineAsync(LiveSession live, CancellationToken stop)
    {
        if (live.Engine is null) return new SessionCommand.WorkFailed("engine-not-running", "there is no engine to stop");
        if (live.Clocks is { } clocks) await clocks.ProbeEngineAsync(stop);
        await live.StopEngineAsync();
        return SessionCommand.Done.Value;
    }

    /// <summary>Which streams hold what was observed, the session's own node finds out.</summary>
    private async Task<SessionCommand> SettleAsync(SessionWork.Settle work, LiveSession live, CancellationToken stop)
    {
        var notices = ImmutableArray.CreateBuilder<SessionNotice>();
        await TakeDownAsync(work, live, notices, stop);
        return new SessionCommand.Settled([], live.Report?.Truths ?? [], notices.ToImmutable());
    }

    private SessionCommand Forget(SessionWork.Forget work)
    {
        _live.TryRemove(work.Session, out _);
        return SessionCommand.Done.Value;
    }

    private async Task TakeDownAsync(SessionWork.Settle work, LiveSession live, ImmutableArray<SessionNotice>.Builder notices, CancellationToken stop)
    {
        await TryAsync("the engine", live.StopEngineAsync);
        if (live.Clocks is { } clocks) await TryAsync("clock probes", async () =>
        {
            live.Watch(null);
            notices.AddRange(await clocks.FinishAsync(stop));
        });
        await TryAsync("the meters", async () =>
        {
            if (live.Rig is { } rig) live.Report ??= await rig.FinishAsync(work.Phases, stop);
            if (live.Report is not { } report) return;
            notices.AddRange(report.Notices);
            foreach (var (meter, last) in report.LastNumbers)
                if (!await _streams.StoredAsync(meter, last, SettleTimeout, stop))
                    notices.Add(new("readings-missing", $"{meter} published up to number {last}, which was not stored within {SettleTimeout.TotalSeconds:0} s"));
        });
        await TryAsync("the rig", live.TakeDownAsync);

        async Task TryAsync(string what, Func<Task> end)
        {
            try
            {
                await end();
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                log.LogError(e, "Session {Session}: {What} did not end well", work.Session, what);
                notices.Add(new("settling-failed", $"{what} did not end well: {e.Message}"));
            }
        }
    }

    private Task<object> AskAsync(string kind, string id, object command, CancellationToken stop) =>
        runtime.AskUntilAnsweredAsync(kind, id, command, AskTimeout, time, stop);
}
