using System.Collections.Immutable;
using MELT.Actors.Sessions;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;

namespace MELT.Actors.Experiments;

/// <summary>What an experiment's actor is asked or told.</summary>
public abstract record ExperimentCommand
{
    /// <summary>Run these sessions one after another. Repeating it changes nothing.</summary>
    /// <param name="Continues">True: it outlives its process. What was interrupted is tried again by rule, and the rest follows; otherwise an interruption ends it.</param>
    public sealed record Start(string Name, string Plan, string PlanSha256, string CommandLine, int Retries, ImmutableArray<ExperimentSession> Sessions, Stamp At, bool Continues = false) : ExperimentCommand;
    /// <summary>Keep an experiment that was recorded elsewhere and whose sessions are sealed. Repeating it changes nothing.</summary>
    /// <param name="Others">The sessions after the first one; null: it has one only.</param>
    public sealed record Import(string Name, string Plan, string PlanSha256, string CommandLine, ExperimentSession Session, string Status, string? Reason, Stamp At, ImmutableArray<SealedSession>? Others = null) : ExperimentCommand;
    public sealed record NoteEnded(SessionEnded Ended) : ExperimentCommand;
    /// <summary>Ask after the running session: its start, or word of its end, may have been lost.</summary>
    public sealed record Poll : ExperimentCommand { public static readonly Poll Value = new(); }
    /// <summary>Stop now: the running session is cancelled, the rest is not begun.</summary>
    public sealed record Cancel(string Reason) : ExperimentCommand;
    /// <summary>MELT is about to stop: the running session is cancelled and no other begun until the experiment comes back. One that does not continue is cancelled.</summary>
    public sealed record Hold(string Reason) : ExperimentCommand;
}

/// <summary>What happened in an experiment.</summary>
public abstract record ExperimentEvent
{
    public sealed record Planned(string Name, string Plan, string PlanSha256, string CommandLine, int Retries, ImmutableArray<ExperimentSession> Sessions, Stamp At, bool? Continues = null) : ExperimentEvent;
    public sealed record SessionStarted(string Session, int Index, int Attempt) : ExperimentEvent;
    public sealed record SessionFinished(string Session, string Status, string? Reason) : ExperimentEvent;
    public sealed record CancelRequested(string Reason) : ExperimentEvent;
    /// <summary>No session is begun from here on, until it is resumed.</summary>
    public sealed record Held(string Reason) : ExperimentEvent;
    /// <summary>MELT is back: the experiment goes on.</summary>
    public sealed record Resumed : ExperimentEvent;
    public sealed record Finished(string Status, string? Reason) : ExperimentEvent;
}

/// <summary>One session to run: what is known of it before, and what it is to do. The session's id and attempt are set when it begins.</summary>
public sealed record ExperimentSession(SessionHeader Header, SessionPlan Plan);

/// <summary>A session that was recorded elsewhere, and how it ended.</summary>
public sealed record SealedSession(ExperimentSession Session, string Status, string? Reason);

/// <summary>Answer to Start, Cancel and Hold.</summary>
public sealed record ExperimentAccepted { public static readonly ExperimentAccepted Value = new(); }

/// <summary>Published once an experiment is over.</summary>
public sealed record ExperimentFinished(string Experiment, string Status, string? Reason);

/// <summary>Published once an experiment that is to be held has no running session, or none any more.</summary>
public sealed record ExperimentPaused(string Experiment);
