using System.Collections.Immutable;
using System.Diagnostics;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;

namespace MELT.Actors.Sessions;

/// <summary>How far a session has come.</summary>
public enum SessionStage { Planned, Preparing, Baseline, Running, Stopping, CoolingDown, BaselineAfter, Settling, Sealed }

/// <summary>What a session remembers.</summary>
public sealed record SessionState(SessionStage Stage)
{
    public SessionHeader? Header { get; init; }
    public SessionPlan? Plan { get; init; }
    public ImmutableArray<StreamPosition> Streams { get; init; } = [];
    public ImmutableArray<SessionEvent.PhaseRecorded> Phases { get; init; } = [];
    /// <summary>Number of the last batch the engine told.</summary>
    public long Told { get; init; }
    public int RequestsDone { get; init; }
    public int Tokens { get; init; }
    public bool RequestBegun { get; init; }
    public bool EngineGone { get; init; }
    public SessionEvent.Troubled? Trouble { get; init; }
    public SessionEvent.Sealed? End { get; init; }
    public ImmutableArray<StreamCoverage> Widened { get; init; } = [];

    /// <summary>When the engine was ready, by the session's clock.</summary>
    public Stamp? ReadyAt { get; init; }

    /// <summary>The engine has spoken and has not gone.</summary>
    public bool EngineRuns => Told > 0 && !EngineGone;

    /// <summary>A second baseline follows; a session in trouble is not kept longer than it needs.</summary>
    public bool WatchesAgain => Trouble is null && Plan?.BaselineAfter > TimeSpan.Zero;

    public string Id => Header!.Session.Value;

    /// <summary>Complete, or what is left of it: partial when a request had begun, failed when none had.</summary>
    public string Outcome => Trouble is null ? "complete" : RequestBegun ? "partial" : "failed";

    public SessionState Apply(SessionEvent e) => e switch
    {
        SessionEvent.Opened o => this with { Stage = SessionStage.Preparing, Header = o.Header, Plan = o.Plan },
        SessionEvent.Prepared p => this with { Stage = SessionStage.Baseline, Streams = p.Streams, Header = p.Complete(Header!) },
        SessionEvent.PhaseRecorded p => this with { Phases = Phases.Add(p), Stage = After(p.Phase) },
        SessionEvent.EngineTold t => t.Events.Aggregate(this with { Told = t.Number }, (session, told) => session.Hear(told)),
        SessionEvent.Troubled t => this with { Trouble = Trouble ?? t, Stage = !t.CoolsDown ? SessionStage.Settling : EngineGone ? SessionStage.CoolingDown : SessionStage.Stopping },
        SessionEvent.TruthRecorded or SessionEvent.OriginalRecorded => this,
        SessionEvent.Sealed s => this with { Stage = SessionStage.Sealed, End = s },
        SessionEvent.Widened w => this with { Widened = Widened.Add(w.Coverage) },
        _ => throw new UnreachableException(e.GetType().Name),
    };

    /// <summary>The range, or more of its stream, belongs to the session already.</summary>
    public bool Covers(StreamCoverage range) =>
        (End?.Coverage ?? []).Concat(Widened).Any(c => c.PersistenceId == range.PersistenceId && c.First <= range.First && c.Last >= range.Last);

    private SessionStage After(string phase) => Stage switch
    {
        _ when phase == Sessions.Phases.Sync => Stage,
        SessionStage.Running when phase == Sessions.Phases.Exercise => SessionStage.Stopping,
        SessionStage.Baseline => SessionStage.Running,
        SessionStage.CoolingDown when WatchesAgain => SessionStage.BaselineAfter,
        _ => SessionStage.Settling,
    };

    private SessionState Hear(EngineEvent e) => e switch
    {
        EngineEvent.Ready r when r.Clock.Domain == Header?.ClockDomain => this with { ReadyAt = r.At },
        EngineEvent.RequestBegun => this with { RequestBegun = true },
        EngineEvent.Emitted t => this with { Tokens = Tokens + t.Tokens },
        EngineEvent.Finished f when f.Stop is not ("cancelled" or "failed") => AfterRequest(this with { RequestsDone = RequestsDone + 1 }),
        EngineEvent.Exited => this with { EngineGone = true, Stage = Stage is SessionStage.Running or SessionStage.Stopping ? SessionStage.CoolingDown : Stage },
        _ => this,
    };

    private static SessionState AfterRequest(SessionState session) =>
        session.Stage == SessionStage.Running && session.RequestsDone == session.Plan!.Requests.Length ? session with { Stage = SessionStage.Stopping } : session;
}
