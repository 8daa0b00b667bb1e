using System.Collections.Concurrent;
using System.Collections.Immutable;
using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes;
using MELT.Devices.Inference;
using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Sensors.Meters;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Sessions;

/// <summary>Does a session's I/O: leases its device, lets time pass, runs its engine, waits for its meters.</summary>
public sealed class SessionPerformer(IActorRuntime runtime, IBench bench, HostClock clock, TimeProvider time, ILogger log) : IPerformer
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly ConcurrentDictionary<string, LiveSession> _live = new();

    public async Task<object> Perform(object work, CancellationToken stop)
    {
        try
        {
            return work switch
            {
                SessionWork.Prepare w => await PrepareAsync(w, stop),
                SessionWork.Rest w => await RestAsync(w, stop),
                SessionWork.StartEngine w => await StartEngineAsync(w, stop),
                SessionWork.Tell w => await TellAsync(w, stop),
                SessionWork.StopEngine w => await StopEngineAsync(w),
                SessionWork.Settle w => await SettleAsync(w, stop),
                _ => throw new NotSupportedException(work.GetType().Name),
            };
        }
        catch (LinkException e) { return new SessionCommand.WorkFailed("engine-not-started", e.Message); }
        catch (RigException e) { return new SessionCommand.WorkFailed(e.Code, e.Message); }
        catch (OperationCanceledException) { return new SessionCommand.WorkFailed("interrupted", "MELT stopped while the session was running"); }
        catch (Exception e)
        {
            log.LogError(e, "Work {Work} of a session failed", work.GetType().Name);
            return new SessionCommand.WorkFailed("work-failed", $"{work.GetType().Name}: {e.Message}");
        }
    }

    private async Task<SessionCommand> PrepareAsync(SessionWork.Prepare work, CancellationToken stop)
    {
        var device = work.Header.Device.Value;
        if (await AskAsync(Device.KindName, device, new DeviceCommand.Lease(work.Header.Session, clock.Now), stop) is DeviceAnswer.Busy busy)
            throw new RigException("device-busy", $"device {device} is held by session {busy.With}; wait for it or cancel it");
        var standing = await StandingAsync(device, stop);
        var streams = ImmutableArray.CreateBuilder<StreamPosition>();
        streams.Add(new($"{Device.KindName}:{device}", standing.Position));
        foreach (var meter in Watching(standing, work.Plan))
            streams.Add(new($"{Meter.KindName}:{meter}", (await InspectAsync(meter, stop)).Position));
        _live[work.Session] = new LiveSession(await bench.SetUpAsync(work.Header, work.Plan, stop));
        return new SessionCommand.Prepared(streams.ToImmutable());
    }

    private async Task<SessionCommand> RestAsync(SessionWork.Rest work, CancellationToken stop)
    {
        var begin = clock.Now;
        await Task.Delay(work.Length, time, stop);
        return new SessionCommand.Rested(work.Phase, begin, clock.Now);
    }

    private async Task<SessionCommand> StartEngineAsync(SessionWork.StartEngine work, CancellationToken stop)
    {
        var live = _live[work.Session];
        var engine = await live.Rig.StartEngineAsync(stop);
        live.Listen(engine, ListenAsync(work.Session, live.Rig, engine));
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

    private async Task<SessionCommand> StopEngineAsync(SessionWork.StopEngine work)
    {
        if (!_live.TryGetValue(work.Session, out var live) || live.Engine is null)
            return new SessionCommand.WorkFailed("engine-not-running", "there is no engine to stop");
        await live.StopEngineAsync();
        return SessionCommand.Done.Value;
    }

    private async Task<SessionCommand> SettleAsync(SessionWork.Settle work, CancellationToken stop)
    {
        var report = new RigReport(ImmutableDictionary<MeterId, long>.Empty, null, []);
        var notices = ImmutableArray.CreateBuilder<SessionNotice>();
        if (_live.TryRemove(work.Session, out var live))
        {
            await live.StopEngineAsync();
            report = await live.Rig.FinishAsync(work.Phases, stop);
            notices.AddRange(report.Notices);
            foreach (var (meter, last) in report.LastNumbers)
                if (!await StoredAsync(meter, last, stop))
                    notices.Add(new("readings-missing", $"{meter} published up to number {last}, which was not stored within {SettleTimeout.TotalSeconds:0} s"));
            await live.Rig.DisposeAsync();
        }
        var device = work.Header.Device.Value;
        var coverage = await CoverageAsync(work, await StandingAsync(device, stop), stop);
        await AskAsync(Device.KindName, device, new DeviceCommand.Release(work.Header.Session, clock.Now), stop);
        return new SessionCommand.Settled(coverage, report.Truth, notices.ToImmutable());
    }

    private async Task<bool> StoredAsync(MeterId meter, long last, CancellationToken stop)
    {
        for (var begun = time.GetTimestamp(); time.GetElapsedTime(begun) < SettleTimeout; await Task.Delay(Look, time, stop))
            if ((await InspectAsync(meter, stop)).Highest >= last)
                return true;
        return false;
    }

    private async Task<ImmutableArray<StreamCoverage>> CoverageAsync(SessionWork.Settle work, DeviceAnswer.Standing standing, CancellationToken stop)
    {
        var began = work.Streams.ToDictionary(s => s.PersistenceId, s => s.Position);
        var coverage = ImmutableArray.CreateBuilder<StreamCoverage>();
        var device = $"{Device.KindName}:{work.Header.Device}";
        coverage.Add(new(device, [], began.GetValueOrDefault(device) + 1, standing.Position));
        foreach (var meter in Watching(standing, work.Plan))
        {
            var (id, now) = ($"{Meter.KindName}:{meter}", await InspectAsync(meter, stop));
            var first = began.GetValueOrDefault(id) + 1;
            if (now.Position < first) continue;
            coverage.Add(new(id, now.DescribedAt is { } at && at < first ? [at] : [], first, now.Position));
        }
        return coverage.ToImmutable();
    }

    private static IEnumerable<MeterId> Watching(DeviceAnswer.Standing standing, SessionPlan plan) =>
        standing.Meters.Concat(plan.ExtraMeters.Select(text => MeterId.TryParse(text, out var id) ? id : throw new RigException("unknown-meter", $"\"{text}\" is not a meter: write device/meter"))).Distinct();

    private async Task<DeviceAnswer.Standing> StandingAsync(string device, CancellationToken stop) =>
        (DeviceAnswer.Standing)await AskAsync(Device.KindName, device, new DeviceCommand.Inspect(), stop);

    private async Task<MeterStanding> InspectAsync(MeterId meter, CancellationToken stop) =>
        (MeterStanding)await AskAsync(Meter.KindName, meter.ToString(), new MeterCommand.Inspect(), stop);

    private Task<object> AskAsync(string kind, string id, object command, CancellationToken stop) =>
        runtime.AskUntilAnsweredAsync(kind, id, command, AskTimeout, time, stop);
}
