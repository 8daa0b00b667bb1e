using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MELT.Devices.Inference;
using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Import.Original;

namespace MELT.Actors.Sessions;

/// <summary>What a session's actor is asked or told.</summary>
public abstract record SessionCommand
{
    /// <summary>Begin. Repeating it changes nothing.</summary>
    public sealed record Start(SessionHeader Header, SessionPlan Plan) : SessionCommand;
    /// <summary>The device is ours, its meters run; where their streams stood, and the clock of the place where it is plugged in, which stamps the session.</summary>
    public sealed record Prepared(ImmutableArray<StreamPosition> Streams, string ClockDomain) : SessionCommand
    {
        /// <summary>What its place found out about the device and did to it: model, supply, settings. Null: nothing.</summary>
        public ImmutableSortedDictionary<string, string>? Facts { get; init; }
    }
    /// <summary>A phase of rest is over.</summary>
    public sealed record Rested(string Phase, Stamp Begin, Stamp End) : SessionCommand;
    /// <summary>No meter needs a coded load, or all that do are too slow for one.</summary>
    public sealed record NoSync : SessionCommand { public static readonly NoSync Value = new(); }
    /// <summary>The engine told this; numbered 1, 2, 3 … within the session, repeated until answered with <see cref="SessionAnswer.Accepted"/>.</summary>
    public sealed record EngineTold(long Number, ImmutableArray<EngineEvent> Events) : SessionCommand;
    /// <summary>Nothing was heard of the engine since the request number <paramref name="Told"/>.</summary>
    public sealed record Silent(long Told) : SessionCommand;
    /// <summary>All readings of the session are committed, the device is released.</summary>
    public sealed record Settled(ImmutableArray<StreamCoverage> Coverage, ImmutableArray<SimulatedTruth> Truths, ImmutableArray<SessionNotice> Notices) : SessionCommand;
    /// <summary>Work is done that has nothing to tell.</summary>
    public sealed record Done : SessionCommand { public static readonly Done Value = new(); }
    /// <summary>Settling could not be done: the session is sealed without coverage, and is not complete. A name of its own, since older work may fail while settling is under way.</summary>
    public sealed record SettleFailed(string Code, string Text) : SessionCommand;
    /// <summary>Work could not be done.</summary>
    public sealed record WorkFailed(string Code, string Text) : SessionCommand;
    /// <summary>Stop now, keep what there is.</summary>
    public sealed record Cancel(string Reason) : SessionCommand;
    /// <summary>Tell the experiment how it ended; one that was interrupted, or never began, is sealed first.</summary>
    public sealed record Report(SessionHeader Header, SessionPlan Plan) : SessionCommand;
    /// <summary>Answer: <see cref="SessionAnswer.Standing"/>. Being asked brings back a session whose process died, which then seals itself.</summary>
    public sealed record Inspect : SessionCommand;
    /// <summary>Keep a session that was recorded elsewhere, whole and sealed. Repeating it changes nothing.</summary>
    public sealed record Import(SessionHeader Header, SessionPlan Plan, ImmutableArray<EngineEvent> Events, ImmutableArray<StreamCoverage> Coverage, string Status, string? Reason) : SessionCommand
    {
        /// <summary>What every report says of it.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ImmutableArray<SessionNotice>? Notices { get; init; }
        /// <summary>Rest that lies around what the engine told.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ImmutableArray<SessionEvent.PhaseRecorded>? Phases { get; init; }
        /// <summary>Of a recording of the original MELT: what its formulas take and gave.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public OriginalRecord? Original { get; init; }
    }
    /// <summary>Readings of its time are understood now that were not when it was sealed. Only of a sealed session; repeating it changes nothing.</summary>
    public sealed record Widen(StreamCoverage Coverage, string Why, Stamp At) : SessionCommand;
}

/// <summary>What happened in a session.</summary>
public abstract record SessionEvent
{
    /// <summary>Ranges of other streams that belong to the session since this event.</summary>
    public ImmutableArray<StreamCoverage> Covered => this switch
    {
        Sealed end => end.Coverage,
        Widened later => [later.Coverage],
        _ => [],
    };

    public sealed record Opened(SessionHeader Header, SessionPlan Plan) : SessionEvent;
    /// <param name="ClockDomain">Stamps the session from here on; null: the one of its header.</param>
    /// <param name="Facts">Of the device, over those of its header.</param>
    public sealed record Prepared(ImmutableArray<StreamPosition> Streams, string? ClockDomain = null, ImmutableSortedDictionary<string, string>? Facts = null) : SessionEvent
    {
        /// <summary>The header as it is from here on.</summary>
        public SessionHeader Complete(SessionHeader header) => header with
        {
            ClockDomain = ClockDomain ?? header.ClockDomain,
            DeviceFacts = Facts is null ? header.DeviceFacts : header.DeviceFacts.SetItems(Facts),
        };
    }
    public sealed record PhaseRecorded(string Phase, Stamp Begin, Stamp End) : SessionEvent;
    public sealed record EngineTold(long Number, ImmutableArray<EngineEvent> Events) : SessionEvent;
    /// <summary>Something ended the session before its plan was done.</summary>
    /// <param name="CoolsDown">The engine's end, where it has not ended yet, and the cool-down follow; otherwise the session settles at once.</param>
    public sealed record Troubled(string Code, string Text, bool CoolsDown) : SessionEvent;
    /// <summary>The closed-form truth of a simulated session at one boundary; a session has one such event per boundary. Analysis never reads it.</summary>
    public sealed record TruthRecorded(SimulatedTruth Truth) : SessionEvent;
    /// <summary>Of a recording of the original MELT: what its formulas take, and what they gave when somebody published them. Analysis never reads it.</summary>
    public sealed record OriginalRecorded(OriginalRecord Record) : SessionEvent;
    /// <summary>Nothing more belongs to this session. Coverage: the ranges of other streams that do.</summary>
    public sealed record Sealed(string Status, string? Reason, ImmutableArray<StreamCoverage> Coverage, ImmutableArray<SessionNotice> Notices) : SessionEvent;
    /// <summary>After it was sealed: this range of another stream belongs to it, too, since a rule for its messages was confirmed.</summary>
    public sealed record Widened(StreamCoverage Coverage, string Why, Stamp At) : SessionEvent;
}

/// <summary>What a session's actor answers.</summary>
public abstract record SessionAnswer
{
    public sealed record Accepted : SessionAnswer { public static readonly Accepted Value = new(); }
    public sealed record Rejected(string Reason) : SessionAnswer;
    /// <param name="IsOver">It is sealed, or never began.</param>
    public sealed record Standing(bool IsOver) : SessionAnswer;
}

/// <summary>Where the stream of an entity stood.</summary>
/// <param name="DescribedAt">Number of the description that was in force, where the stream is a meter's and has one.</param>
/// <param name="CorrectedAt">Numbers of the calibrations and the check that were in force.</param>
public sealed record StreamPosition(string PersistenceId, long Position, long? DescribedAt = null, ImmutableArray<long>? CorrectedAt = null);

/// <summary>The events of another stream that belong to a session: First to Last inclusive, and earlier ones that explain them (descriptions, clock samples).</summary>
public sealed record StreamCoverage(string PersistenceId, ImmutableArray<long> Context, long First, long Last);

/// <summary>Something the session wants said in every report: a sensor that was refused, a stream that fell silent.</summary>
public sealed record SessionNotice(string Code, string Text);

/// <summary>Told to the experiment and published once the session is sealed.</summary>
public sealed record SessionEnded(string Session, string Status, string? Reason);

/// <summary>Published as a session goes on, for progress displays.</summary>
public sealed record SessionProgress(string Session, string Stage, int RequestsDone, int Requests, int Tokens);
