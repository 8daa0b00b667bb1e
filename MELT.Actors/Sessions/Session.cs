using System.Collections.Immutable;
using MELT.Actors.Behaviors;
using MELT.Devices.Inference;

namespace MELT.Actors.Sessions;

/// <summary>
/// The actor of one session: baseline, engine up, sync where meters need it, requests one after another (or steps of load instead), engine down, cool-down, baseline again where wanted, sealed.
/// Whatever goes wrong on the way, what was observed is kept and the recording is sealed with the reason.
/// </summary>
public sealed class Session : EventSourcedBehavior<SessionCommand, SessionEvent, SessionState>
{
    public const string KindName = "session";

    /// <summary>Until power is back at rest; it belongs to the phase, so that nothing of the code is in the next.</summary>
    private static readonly TimeSpan AfterSync = TimeSpan.FromMilliseconds(300);

    public override string Kind => KindName;
    public override bool Moves => false;
    public override SessionState Empty(string id) => new(SessionStage.Planned);
    public override SessionState Apply(SessionState session, SessionEvent e) => session.Apply(e);
    public override bool IsBusy(SessionState session) => session.Stage is not (SessionStage.Planned or SessionStage.Sealed);

    public override Effect<SessionEvent> Handle(SessionState session, SessionCommand command) => (session.Stage, command) switch
    {
        (var stage, SessionCommand.Inspect) => Reply(new SessionAnswer.Standing(IsOver: stage is SessionStage.Planned or SessionStage.Sealed)),
        (SessionStage.Planned, SessionCommand.Start c) => Persist(new SessionEvent.Opened(c.Header, c.Plan)).ThenReply(SessionAnswer.Accepted.Value)
            .ThenPerform(new SessionWork.Prepare(c.Header, c.Plan)),
        (SessionStage.Sealed, SessionCommand.Start or SessionCommand.Report) => Reply(SessionAnswer.Accepted.Value).ThenEnded(session),
        (_, SessionCommand.Start) => Reply(SessionAnswer.Accepted.Value),
        (SessionStage.Planned, SessionCommand.Report c) => NeverBegan(session, new(c.Header, c.Plan)),
        (SessionStage.Planned, SessionCommand.Import c) => Persist([new SessionEvent.Opened(c.Header, c.Plan), new SessionEvent.EngineTold(1, c.Events), .. c.Phases ?? [], .. c.Original is { } original ? [new SessionEvent.OriginalRecorded(original)] : (SessionEvent[])[],
            new SessionEvent.Sealed(c.Status, c.Reason, c.Coverage, c.Notices ?? [])]).ThenReply(SessionAnswer.Accepted.Value).Then(new Step.Passivate()),
        (not SessionStage.Sealed, SessionCommand.Import) => Reply(new SessionAnswer.Rejected("a session that is running here was not recorded elsewhere")),
        (SessionStage.Sealed, SessionCommand.Widen c) when session.Covers(c.Coverage) => Reply(SessionAnswer.Accepted.Value),
        (SessionStage.Sealed, SessionCommand.Widen c) => Persist(new SessionEvent.Widened(c.Coverage, c.Why, c.At)).ThenReply(SessionAnswer.Accepted.Value).Then(new Step.Passivate()),
        (_, SessionCommand.Widen) => Reply(new SessionAnswer.Rejected("only a sealed session is widened; one that runs finds what was stored by itself")),
        (SessionStage.Planned, _) => Reply(new SessionAnswer.Rejected($"{command.GetType().Name} is not possible: the session has not started")),
        (SessionStage.Sealed, _) => Reply(SessionAnswer.Accepted.Value),

        (SessionStage.Preparing, SessionCommand.Prepared c) => Persist(new SessionEvent.Prepared(c.Streams, c.ClockDomain == session.Header!.ClockDomain ? null : c.ClockDomain, c.Facts))
            .ThenPerform(new SessionWork.Rest(session.Id, Phases.Baseline, session.Plan!.Baseline)).ThenShow(session, Phases.Baseline),
        (SessionStage.Baseline, SessionCommand.Rested c) => Persist(new SessionEvent.PhaseRecorded(c.Phase, c.Begin, c.End))
            .ThenPerform(new SessionWork.StartEngine(session.Id, session.Plan!)).ThenListen(session).ThenShow(session, Phases.Load),
        (SessionStage.Running, SessionCommand.NoSync) => None.ThenLoad(session),
        (SessionStage.Running, SessionCommand.Rested { Phase: Phases.Sync } c) => Persist(new SessionEvent.PhaseRecorded(c.Phase, session.ReadyAt ?? c.Begin, c.End)).ThenLoad(session),
        (SessionStage.CoolingDown, SessionCommand.Rested { Phase: Phases.CoolDown } c) => CooledDown(session, new(c.Phase, c.Begin, c.End)),
        (SessionStage.BaselineAfter, SessionCommand.Rested { Phase: Phases.Baseline } c) => WatchedAgain(session, new(c.Phase, session.Phases[^1].End, c.End)),
        (SessionStage.Running, SessionCommand.Rested { Phase: Phases.Exercise } c) => Persist(new SessionEvent.PhaseRecorded(c.Phase, session.ReadyAt ?? c.Begin, c.End)).ThenPerform(new SessionWork.StopEngine(session.Id)),
        (_, SessionCommand.EngineTold c) when c.Number <= session.Told => Reply(SessionAnswer.Accepted.Value),
        (_, SessionCommand.EngineTold c) => Hear(session, c),
        (SessionStage.Running, SessionCommand.Silent c) when c.Told == session.Told =>
            StopEngine(session, "engine-silent", $"the engine said nothing for {session.Plan!.Silence.TotalSeconds:0.###} s and was ended"),
        (SessionStage.Settling, SessionCommand.Settled c) => Seal(session, c),
        (SessionStage.Settling, SessionCommand.SettleFailed c) => SealUnsettled(session, new(c.Code, c.Text, CoolsDown: false)),
        (SessionStage.Running, SessionCommand.WorkFailed c) when session.EngineRuns => StopEngine(session, c.Code, c.Text),
        (not SessionStage.Settling, SessionCommand.WorkFailed c) => GiveUp(session, c.Code, c.Text),
        (SessionStage.Running, SessionCommand.Cancel c) => StopEngine(session, "cancelled", c.Reason).ThenReply(SessionAnswer.Accepted.Value),
        (SessionStage.Preparing or SessionStage.Baseline or SessionStage.BaselineAfter, SessionCommand.Cancel c) => GiveUp(session, "cancelled", c.Reason).ThenReply(SessionAnswer.Accepted.Value),
        _ => Reply(SessionAnswer.Accepted.Value),
    };

    /// <summary>Work dies with its incarnation, and an engine with its session: an unfinished session that comes back was interrupted.</summary>
    public override Effect<SessionEvent> Recovered(SessionState session) => session.Stage switch
    {
        SessionStage.Planned or SessionStage.Sealed => None,
        SessionStage.Settling => None.ThenSettle(session),
        _ => GiveUp(session, "interrupted", "MELT stopped while the session was running"),
    };

    private static Effect<SessionEvent> CooledDown(SessionState session, SessionEvent.PhaseRecorded phase) => session.WatchesAgain
        ? Persist(phase).ThenPerform(new SessionWork.Rest(session.Id, Phases.Baseline, session.Plan!.BaselineAfter!.Value)).ThenShow(session, Phases.Baseline)
        : Persist(phase).ThenSettle(session.Apply(phase));

    private static Effect<SessionEvent> WatchedAgain(SessionState session, SessionEvent.PhaseRecorded phase) => Persist(phase).ThenSettle(session.Apply(phase));

    private static Effect<SessionEvent> Hear(SessionState session, SessionCommand.EngineTold c)
    {
        var after = session.Apply(new SessionEvent.EngineTold(c.Number, c.Events));
        var effect = Persist(new SessionEvent.EngineTold(c.Number, c.Events)).ThenReply(SessionAnswer.Accepted.Value);
        if (session.Trouble is null && Complaint(session, after, c) is { } complaint)
        {
            effect = effect with { Events = effect.Events.Add(complaint) };
            return after.EngineGone ? effect.ThenRest(session) : effect.ThenPerform(new SessionWork.StopEngine(session.Id));
        }
        if (session.Trouble is null) foreach (var told in c.Events) effect = Answer(session, effect, told);
        if (after.Stage == SessionStage.Stopping && session.Stage == SessionStage.Running) effect = effect.ThenPerform(new SessionWork.StopEngine(session.Id));
        if (after.EngineGone && !session.EngineGone && session.Stage != SessionStage.Settling) effect = effect.ThenRest(session);
        return effect.ThenListen(after).ThenShow(after, after.Stage != SessionStage.Running ? Phases.CoolDown : after.RequestBegun ? "running" : Phases.Load);
    }

    /// <summary>What the engine's word asks for next.</summary>
    private static Effect<SessionEvent> Answer(SessionState session, Effect<SessionEvent> effect, EngineEvent told) => told switch
    {
        EngineEvent.Ready when session.Plan!.Engine.Name == EngineSpec.CommandLine => effect.ThenRequest(session, 0),
        EngineEvent.Ready when session.Plan!.Exercise is { } steps => effect.ThenPerform(new SessionWork.Tell(session.Id, new EngineCommand.Exercise(steps.Chips, steps.ChipSeconds))),
        EngineEvent.Ready when session.Plan!.Sync is not null => effect.ThenPerform(new SessionWork.Sync(session.Header!, session.Plan)),
        EngineEvent.Ready => effect.ThenLoad(session),
        EngineEvent.Exercised when session.Plan!.Exercise is not null => effect.ThenPerform(new SessionWork.Rest(session.Id, Phases.Exercise, AfterSync)),
        EngineEvent.Exercised => effect.ThenPerform(new SessionWork.Rest(session.Id, Phases.Sync, AfterSync)),
        EngineEvent.LoadEnded => effect.ThenRequest(session, 0),
        EngineEvent.Finished f when f.Stop is not ("cancelled" or "failed") && f.Request + 1 < session.Plan!.Requests.Length => effect.ThenRequest(session, f.Request + 1),
        _ => effect,
    };

    /// <summary>A word of the engine that ends the plan early, if there is one.</summary>
    private static SessionEvent.Troubled? Complaint(SessionState session, SessionState after, SessionCommand.EngineTold c)
    {
        foreach (var told in c.Events)
        {
            if (told is EngineEvent.Failed f) return new(f.Code, f.Text, CoolsDown: true);
            if (told is EngineEvent.Finished { Stop: "failed" or "cancelled" } r)
                return new("evaluation-failed", $"request {r.Request} ended as {r.Stop}, which nobody asked for", CoolsDown: true);
            if (told is EngineEvent.Exited x && (after.RequestsDone < session.Plan!.Requests.Length || (session.Plan.Exercise is not null && session.Stage == SessionStage.Running)))
                return new("engine-exited", $"the engine ended before its work was done ({x.Signal ?? $"exit code {x.ExitCode}"}){(x.LastWords is { Length: > 0 } words ? $"; its last words: {words.Trim()}" : "")}", CoolsDown: true);
        }
        return null;
    }

    /// <summary>The plan ends early; the engine's end, cool-down and sealing follow.</summary>
    private static Effect<SessionEvent> StopEngine(SessionState session, string code, string text) =>
        Persist(new SessionEvent.Troubled(code, text, CoolsDown: true)).ThenPerform(new SessionWork.StopEngine(session.Id));

    /// <summary>The plan ends early and there is no engine to wait for; settling ends one that is left over.</summary>
    private static Effect<SessionEvent> GiveUp(SessionState session, string code, string text) =>
        Persist(new SessionEvent.Troubled(code, text, CoolsDown: false)).ThenSettle(session);

    /// <summary>It is sealed like any other, so that whoever reads the experiment finds every session it started.</summary>
    private static Effect<SessionEvent> NeverBegan(SessionState session, SessionEvent.Opened opened) =>
        Persist(opened, new SessionEvent.Troubled("never-began", "the session was given up before it began", CoolsDown: false)).ThenSettle(session.Apply(opened));

    private static Effect<SessionEvent> Seal(SessionState session, SessionCommand.Settled c)
    {
        var end = Ending(session, c.Coverage, c.Notices);
        return Persist([.. c.Truths.Select(truth => new SessionEvent.TruthRecorded(truth)), end]).ThenSealed(session.Apply(end));
    }

    /// <summary>What the streams hold of it is not known, so it is not complete.</summary>
    private static Effect<SessionEvent> SealUnsettled(SessionState session, SessionEvent.Troubled trouble)
    {
        var troubled = session.Apply(trouble);
        var end = Ending(troubled, [], [new(trouble.Code, trouble.Text)]);
        return Persist(trouble, end).ThenSealed(troubled.Apply(end));
    }

    private static SessionEvent.Sealed Ending(SessionState session, ImmutableArray<StreamCoverage> coverage, ImmutableArray<SessionNotice> notices) =>
        new(session.Outcome, session.Trouble is { } t ? $"{t.Code}: {t.Text}" : null, coverage, notices);
}

/// <summary>The phases that MELT itself makes, by name.</summary>
public static class Phases
{
    public const string Baseline = "baseline";
    public const string Sync = "sync";
    public const string Load = "load";
    /// <summary>Steps of load and the rest between them; the timeline tells them apart by their edges.</summary>
    public const string Exercise = "exercise";
    public const string CoolDown = "cool-down";
}

/// <summary>The sentences a session's decisions are written in.</summary>
file static class SessionEffects
{
    public static Effect<SessionEvent> ThenSettle(this Effect<SessionEvent> effect, SessionState session) =>
        effect.ThenPerform(new SessionWork.Settle(session.Header!, session.Plan!, session.Streams, session.Phases));

    public static Effect<SessionEvent> ThenRest(this Effect<SessionEvent> effect, SessionState session) =>
        effect.ThenPerform(new SessionWork.Rest(session.Id, Phases.CoolDown, session.Plan!.CoolDown));

    public static Effect<SessionEvent> ThenLoad(this Effect<SessionEvent> effect, SessionState session) =>
        effect.ThenPerform(new SessionWork.Tell(session.Id, new EngineCommand.Load(session.Plan!.Engine.Model ?? "", session.Plan.Engine.Settings)));

    public static Effect<SessionEvent> ThenRequest(this Effect<SessionEvent> effect, SessionState session, int index) =>
        effect.ThenPerform(new SessionWork.Tell(session.Id, session.Plan!.Requests[index]));

    public static Effect<SessionEvent> ThenListen(this Effect<SessionEvent> effect, SessionState session) =>
        effect.ThenAfter("silence", session.Plan!.Silence, new SessionCommand.Silent(session.Told));

    public static Effect<SessionEvent> ThenShow(this Effect<SessionEvent> effect, SessionState session, string stage) =>
        effect.ThenPublish(new SessionProgress(session.Id, stage == Phases.Load && session.Plan!.Exercise is not null ? Phases.Exercise : stage, session.RequestsDone, session.Plan!.Requests.Length, session.Tokens));

    public static Effect<SessionEvent> ThenSealed(this Effect<SessionEvent> effect, SessionState session) =>
        effect.ThenPerform(new SessionWork.Forget(session.Header!)).ThenEnded(session).Then(new Step.Passivate());

    public static Effect<SessionEvent> ThenEnded(this Effect<SessionEvent> effect, SessionState session)
    {
        var ended = new SessionEnded(session.Id, session.End!.Status, session.End.Reason);
        return effect.ThenSend(Experiments.Experiment.KindName, session.Header!.Experiment.Value, new Experiments.ExperimentCommand.NoteEnded(ended)).ThenPublish(ended);
    }
}
