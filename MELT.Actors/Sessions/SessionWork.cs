using System.Collections.Immutable;
using MELT.Devices.Inference;
using MELT.Sensors.Alignment;

namespace MELT.Actors.Sessions;

/// <summary>The I/O a session asks for. Its performer answers with a <see cref="SessionCommand"/>, failure included.</summary>
public abstract record SessionWork(string Session)
{
    /// <summary>Lease the device, start its meters, note where their streams stand. Answers Prepared.</summary>
    public sealed record Prepare(SessionHeader Header, SessionPlan Plan) : SessionWork(Header.Session.Value);
    /// <summary>Let time pass in a named phase. Answers Rested.</summary>
    public sealed record Rest(string Session, string Phase, TimeSpan Length) : SessionWork(Session);
    /// <summary>Start the engine; what it says comes as EngineTold. Answers nothing but failure.</summary>
    public sealed record StartEngine(string Session, SessionPlan Plan) : SessionWork(Session);
    /// <summary>Have the engine load the device in a code, if a meter needs one. Answers NoSync where none does; otherwise nothing but failure, since the engine tells when it is done.</summary>
    public sealed record Sync(SessionHeader Header, SessionPlan Plan) : SessionWork(Header.Session.Value);
    /// <summary>Say something to the engine. Answers nothing but failure.</summary>
    public sealed record Tell(string Session, EngineCommand Command) : SessionWork(Session);
    /// <summary>End the engine, by force if it will not; its Exited comes as EngineTold.</summary>
    public sealed record StopEngine(string Session) : SessionWork(Session);
    /// <summary>Wait until the meters have told everything up to now, and stop them. Answers Settled or SettleFailed.</summary>
    public sealed record Settle(SessionHeader Header, SessionPlan Plan, ImmutableArray<StreamPosition> Streams, ImmutableArray<SessionEvent.PhaseRecorded> Phases) : SessionWork(Header.Session.Value);
    /// <summary>The session is sealed: nothing of it will be asked for again, and the device is free. Answers nothing.</summary>
    public sealed record Forget(SessionHeader Header) : SessionWork(Header.Session.Value);
}
