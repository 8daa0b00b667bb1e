using System.Collections.Concurrent;
using System.Collections.Immutable;
using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Runtimes;
using MELT.Devices.Inference;
using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Sensors.Clocks;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Sessions;

/// <summary>Does a session's I/O: leases its device, lets time pass, runs its engine, waits for its meters.</summary>
public sealed class SessionPerformer(IActorRuntime runtime, IBench bench, HostClock clock, TimeProvider time, ILogger log) : IPerformer
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, LiveSession> _live = new();
    private readonly SessionStreams _streams = new(runtime, time);

    public async Task<object> Perform(object work, CancellationToken stop)
    {
        try
        {
            return work switch
            {
                SessionWork.Prepare w => await Of(w).InTurnAsync(live => PrepareAsync(w, live, stop), stop),
                SessionWork.Rest w => await RestAsync(w, stop),
                SessionWork.StartEngine w => await Of(w).InTurnAsync(live => StartEngineAsync(w, live, stop), stop),
                SessionWork.Sync w => await SyncAsync(w, stop),
                SessionWork.Tell w => await TellAsync(w, stop),
                SessionWork.StopEngine w => await Of(w).InTurnAsync(StopEngineAsync, stop),
                SessionWork.Settle w => await Of(w).InTurnAsync(live => SettleAsync(w, live, stop), stop),
                SessionWork.Forget w => Forget(w),
                _ => throw new NotSupportedException(work.GetType().Name),
            };
        }
        catch (LinkException e) { return new SessionCommand.WorkFailed("engine-not-started", e.Message); }
        catch (RigException e) { return new SessionCommand.WorkFailed(e.Code, e.Message); }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { return new SessionCommand.WorkFailed("interrupted", "MELT stopped while the session was running"); }
        catch (Exception e)
        {
            log.LogError(e, "Work {Work} of a session failed", work.GetType().Name);
            return new SessionCommand.WorkFailed("work-failed", $"{work.GetType().Name}: {e.Message}");
        }
    }

    private LiveSession Of(SessionWork work) => _live.GetOrAdd(work.Session, _ => new());

    private async Task<SessionCommand> PrepareAsync(SessionWork.Prepare work, LiveSession live, CancellationToken stop)
    {
        var device = work.Header.Device.Value;
        if (await AskAsync(Device.KindName, device, new DeviceCommand.Lease(work.Header.Session, clock.Now), stop) is DeviceAnswer.Busy busy)
            throw new RigException("device-busy", $"device {device} is held by session {busy.With}; wait for it or cancel it");
        var streams = await _streams.BeginAsync(work.Header, work.Plan, stop);
        live.Use(await bench.SetUpAsync(work.Header, work.Plan, stop));
        live.Watch(new(work.Header, work.Plan, _streams, bench, runtime, time, log));
        return new SessionCommand.Prepared(streams);
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
        live.Listen(engine, ListenAsync(work.Session, rig, engine));
        await engine.SendAsync(new EngineCommand.Hello(1, clock.Anchor), stop);
        return SessionCommand.Done.Value;
    }

    /// <summary>Everything the engine tells goes to its session, in order, each batch repeated until it is stored.</summary>
    private async Task ListenAsync(string session, IRig rig, IEngine engine)
    {
        var batch = ImmutableArray.CreateBuilder<EngineEvent>();
        for (var number = 1L; await engine.Events.WaitToReadAsync(); number++)
        {
            while (batch.Count < 1024 && engine.Events.TryRead(out var told))
            {
                rig.Heard(told, engine.ProcessId);
                batch.Add(told);
            }
            await AskAsync(Session.KindName, session, new SessionCommand.EngineTold(number, batch.ToImmutable()), CancellationToken.None);
            batch.Clear();
        }
    }

    private async Task<SessionCommand> TellAsync(SessionWork.Tell work, CancellationToken stop)
    {
        if (_live.TryGetValue(work.Session, out var live) && live.Engine is { } engine) await engine.SendAsync(work.Command, stop);
        return SessionCommand.Done.Value;
    }

    private async Task<SessionCommand> SyncAsync(SessionWork.Sync work, CancellationToken stop)
    {
        var meters = await _streams.ClocksAsync(work.Header, work.Plan, stop);
        var pattern = work.Plan.Sync == SyncMode.On ? SyncPattern.For(meters.All) ?? SyncPattern.Usual : SyncPattern.For(meters.WithoutClock);
        if (pattern is null || work.Plan.Engine.Name == EngineSpec.CommandLine) return SessionCommand.NoSync.Value;
        return await TellAsync(new(work.Session, new EngineCommand.Exercise(pattern.Chips, pattern.ChipSeconds)), stop);
    }

    private static async Task<SessionCommand> StopEngineAsync(LiveSession live)
    {
        if (live.Engine is null) return new SessionCommand.WorkFailed("engine-not-running", "there is no engine to stop");
        await live.StopEngineAsync();
        return SessionCommand.Done.Value;
    }

    /// <summary>Whatever does not end well is noted: what was observed is covered and the device released all the same.</summary>
    private async Task<SessionCommand> SettleAsync(SessionWork.Settle work, LiveSession live, CancellationToken stop)
    {
        try
        {
            var notices = ImmutableArray.CreateBuilder<SessionNotice>();
            await TakeDownAsync(work, live, notices, stop);
            var coverage = await _streams.CoverageAsync(work, stop);
            await AskAsync(Device.KindName, work.Header.Device.Value, new DeviceCommand.Release(work.Header.Session, clock.Now), stop);
            return new SessionCommand.Settled(coverage, live.Report?.Truths ?? [], notices.ToImmutable());
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            log.LogError(e, "Session {Session} could not be settled", work.Session);
            return new SessionCommand.SettleFailed("settling-failed", e.Message);
        }
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
