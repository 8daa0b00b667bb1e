using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using MELT.Actors.Behaviors;
using MELT.Actors.Sessions;
using MELT.Devices;

namespace MELT.Actors.Experiments;

/// <summary>What an experiment remembers.</summary>
public sealed record ExperimentState(string Id)
{
    public ExperimentEvent.Planned? Plan { get; init; }
    public ImmutableArray<ExperimentEvent.SessionStarted> Started { get; init; } = [];
    public ImmutableArray<ExperimentEvent.SessionFinished> Ended { get; init; } = [];
    public string? CancelReason { get; init; }
    /// <summary>Why no session is begun for now; null: sessions follow each other.</summary>
    public string? HoldReason { get; init; }
    public ExperimentEvent.Finished? End { get; init; }

    /// <summary>The session that has begun and not ended.</summary>
    public ExperimentEvent.SessionStarted? Running => Started.Length > Ended.Length ? Started[^1] : null;

    /// <summary>It outlives its process.</summary>
    public bool Continues => Plan?.Continues == true;
}

/// <summary>The actor of one experiment: its sessions one after another, failed ones again by rule, then done.</summary>
public sealed class Experiment : EventSourcedBehavior<ExperimentCommand, ExperimentEvent, ExperimentState>
{
    public const string KindName = "experiment";
    private const string Interrupted = "interrupted: MELT stopped while the experiment was running";
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromMinutes(5);

    public override string Kind => KindName;
    public override bool ReturnsByItself => true;
    public override bool Moves => false;
    public override ExperimentState Empty(string id) => new(id);
    public override bool IsBusy(ExperimentState experiment) => experiment is { Plan: not null, End: null };

    public override Effect<ExperimentEvent> Handle(ExperimentState experiment, ExperimentCommand command) => (experiment, command) switch
    {
        ({ Plan: null }, ExperimentCommand.Start c) => Begin(experiment, c),
        ({ Plan: null }, ExperimentCommand.Import c) => Keep(experiment, c),
        (_, ExperimentCommand.Start or ExperimentCommand.Import) => Reply(ExperimentAccepted.Value),
        ({ End: not null } or { Plan: null }, ExperimentCommand.Cancel) => Reply(ExperimentAccepted.Value),
        ({ End: not null } or { Plan: null } or { Continues: true, CancelReason: null, Running: null }, ExperimentCommand.Hold) =>
            Reply(ExperimentAccepted.Value).ThenPublish(new ExperimentPaused(experiment.Id)),
        ({ Running: null }, ExperimentCommand.Cancel c) => Finish(experiment, Cancel(experiment, c.Reason).ThenReply(ExperimentAccepted.Value), "partial", c.Reason),
        ({ Continues: true, CancelReason: null }, ExperimentCommand.Hold c) => Hold(experiment, c.Reason).ThenReply(ExperimentAccepted.Value)
            .ThenSend(Session.KindName, experiment.Running!.Session, new SessionCommand.Cancel(c.Reason)).ThenAfter("poll", PollInterval, ExperimentCommand.Poll.Value),
        (_, ExperimentCommand.Hold c) => Handle(experiment, new ExperimentCommand.Cancel(c.Reason)),
        (_, ExperimentCommand.Cancel c) => Cancel(experiment, c.Reason).ThenReply(ExperimentAccepted.Value)
            .ThenSend(Session.KindName, experiment.Running!.Session, new SessionCommand.Cancel(c.Reason)).ThenAfter("poll", PollInterval, ExperimentCommand.Poll.Value),
        ({ Running: { } running }, ExperimentCommand.NoteEnded c) when c.Ended.Session == running.Session => Next(experiment, c.Ended),
        ({ Running: { } running, CancelReason: { } reason }, ExperimentCommand.Poll) => AskForTheEnd(Stop(running, reason), experiment, running),
        ({ Running: { } running, HoldReason: { } reason }, ExperimentCommand.Poll) => AskForTheEnd(Stop(running, reason), experiment, running),
        ({ Running: { } running }, ExperimentCommand.Poll) => Send(None, experiment, running),
        (_, ExperimentCommand.NoteEnded or ExperimentCommand.Poll) => None,
        _ => throw new UnreachableException(command.GetType().Name),
    };

    public override ExperimentState Apply(ExperimentState experiment, ExperimentEvent e) => e switch
    {
        ExperimentEvent.Planned p => experiment with { Plan = p },
        ExperimentEvent.SessionStarted s => experiment with { Started = experiment.Started.Add(s) },
        ExperimentEvent.SessionFinished f => experiment with { Ended = experiment.Ended.Add(f) },
        ExperimentEvent.CancelRequested c => experiment with { CancelReason = c.Reason },
        ExperimentEvent.Held h => experiment with { HoldReason = h.Reason },
        ExperimentEvent.Resumed => experiment with { HoldReason = null },
        ExperimentEvent.Finished f => experiment with { End = f },
        _ => throw new UnreachableException(e.GetType().Name),
    };

    /// <summary>
    /// An unfinished experiment that comes back was interrupted: its session is asked to seal what there is. The rest is not begun, unless the
    /// experiment continues: then its session is started again, which one that had begun answers by sealing itself as interrupted.
    /// </summary>
    public override Effect<ExperimentEvent> Recovered(ExperimentState experiment) => experiment switch
    {
        { Plan: null } or { End: not null } => None,
        { Continues: true, CancelReason: null, Running: { } running } => Send(Resume(experiment), experiment, running),
        { Continues: true, CancelReason: null } => Onward(experiment, Resume(experiment)),
        { Running: { } running } => AskForTheEnd(Cancel(experiment, Interrupted), experiment, running),
        _ => Finish(experiment, None, "partial", Interrupted),
    };

    private static Effect<ExperimentEvent> Hold(ExperimentState experiment, string reason) =>
        experiment.HoldReason is null ? Persist(new ExperimentEvent.Held(reason)) : None;

    private static Effect<ExperimentEvent> Resume(ExperimentState experiment) =>
        experiment.HoldReason is null ? None : Persist(new ExperimentEvent.Resumed());

    private static Effect<ExperimentEvent> Stop(ExperimentEvent.SessionStarted running, string reason) =>
        None.ThenSend(Session.KindName, running.Session, new SessionCommand.Cancel(reason));

    /// <summary>The first reason is the one that is told.</summary>
    private static Effect<ExperimentEvent> Cancel(ExperimentState experiment, string reason) =>
        experiment.CancelReason is null ? Persist(new ExperimentEvent.CancelRequested(reason)) : None;

    private static Effect<ExperimentEvent> Begin(ExperimentState experiment, ExperimentCommand.Start c)
    {
        var planned = new ExperimentEvent.Planned(c.Name, c.Plan, c.PlanSha256, c.CommandLine, c.Retries, c.Sessions, c.At, c.Continues ? true : null);
        var effect = Persist(planned).ThenReply(ExperimentAccepted.Value);
        return c.Sessions.IsEmpty ? Finish(experiment, effect, "complete", null) : StartSession(experiment with { Plan = planned }, effect, 0, attempt: 1);
    }

    private static Effect<ExperimentEvent> Keep(ExperimentState experiment, ExperimentCommand.Import c)
    {
        ImmutableArray<SealedSession> sessions = [new(c.Session, c.Status, c.Reason), .. c.Others ?? []];
        var planned = new ExperimentEvent.Planned(c.Name, c.Plan, c.PlanSha256, c.CommandLine, 0, [.. sessions.Select(s => s.Session)], c.At);
        ImmutableArray<ExperimentEvent.SessionStarted> started = [.. sessions.Select((s, i) => new ExperimentEvent.SessionStarted(s.Session.Header.Session.Value, i, 1))];
        ImmutableArray<ExperimentEvent.SessionFinished> ended = [.. sessions.Select(s => new ExperimentEvent.SessionFinished(s.Session.Header.Session.Value, s.Status, s.Reason))];
        return Conclude(experiment with { Plan = planned, Started = started }, Persist([planned, .. started.Zip(ended, (s, e) => (ExperimentEvent[])[s, e]).SelectMany(both => both)]).ThenReply(ExperimentAccepted.Value), ended);
    }

    private static Effect<ExperimentEvent> Next(ExperimentState experiment, SessionEnded ended)
    {
        var finished = new ExperimentEvent.SessionFinished(ended.Session, ended.Status, ended.Reason);
        var effect = Persist(finished);
        if (experiment.CancelReason is { } reason) return Finish(experiment, effect, "partial", reason);
        return experiment.HoldReason is null
            ? Onward(experiment with { Ended = experiment.Ended.Add(finished) }, effect)
            : effect.ThenPublish(new ExperimentPaused(experiment.Id));
    }

    /// <summary>What follows the session that ended last: another attempt, the next one, or the end.</summary>
    private static Effect<ExperimentEvent> Onward(ExperimentState experiment, Effect<ExperimentEvent> effect)
    {
        var (last, ended) = (experiment.Started[^1], experiment.Ended[^1]);
        if (ended.Status != "complete" && last.Attempt <= experiment.Plan!.Retries) return StartSession(experiment, effect, last.Index, last.Attempt + 1);
        if (last.Index + 1 < experiment.Plan!.Sessions.Length) return StartSession(experiment, effect, last.Index + 1, attempt: 1);
        return Conclude(experiment, effect, experiment.Ended);
    }

    /// <summary>A session that a later attempt made good is good.</summary>
    private static Effect<ExperimentEvent> Conclude(ExperimentState experiment, Effect<ExperimentEvent> effect, ImmutableArray<ExperimentEvent.SessionFinished> all)
    {
        var last = all.Zip(experiment.Started, (end, start) => (end, start.Index)).GroupBy(s => s.Index).Select(attempts => attempts.Last().end).ToList();
        var bad = last.Where(s => s.Status != "complete").ToList();
        if (bad.Count == 0) return Finish(experiment, effect, "complete", null);
        var reason = bad is [{ Reason: { } only }] ? only : $"{bad.Count} of {last.Count} sessions are not complete";
        return Finish(experiment, effect, last.All(s => s.Status == "failed") ? "failed" : "partial", reason);
    }

    private static Effect<ExperimentEvent> StartSession(ExperimentState experiment, Effect<ExperimentEvent> effect, int index, int attempt)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{experiment.Id}-{index + 1:00}{(attempt > 1 ? $"-{attempt}" : "")}");
        var started = new ExperimentEvent.SessionStarted(id, index, attempt);
        effect = effect with { Events = effect.Events.Add(started) };
        return attempt <= 2 ? Send(effect, experiment, started) : effect.ThenAfter("poll", Pause(attempt), ExperimentCommand.Poll.Value);
    }

    /// <summary>What failed twice may fail for a while, as when the broker is away: the night's attempts are not used up in a minute.</summary>
    private static TimeSpan Pause(int attempt)
    {
        var pause = PollInterval * Math.Pow(2, Math.Min(attempt - 3, 20));
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>Start is repeated until word of the end comes: a session that runs ignores it, one that is sealed says again how it ended.</summary>
    private static Effect<ExperimentEvent> Send(Effect<ExperimentEvent> effect, ExperimentState experiment, ExperimentEvent.SessionStarted started)
    {
        var (header, plan) = Of(experiment, started);
        return effect.ThenSend(Session.KindName, started.Session, new SessionCommand.Start(header, plan)).ThenAfter("poll", PollInterval, ExperimentCommand.Poll.Value);
    }

    /// <summary>The session is not begun any more; it is asked how it ended until word of it comes.</summary>
    private static Effect<ExperimentEvent> AskForTheEnd(Effect<ExperimentEvent> effect, ExperimentState experiment, ExperimentEvent.SessionStarted running)
    {
        var (header, plan) = Of(experiment, running);
        return effect.ThenSend(Session.KindName, running.Session, new SessionCommand.Report(header, plan)).ThenAfter("poll", PollInterval, ExperimentCommand.Poll.Value);
    }

    private static ExperimentSession Of(ExperimentState experiment, ExperimentEvent.SessionStarted started)
    {
        var planned = experiment.Plan!.Sessions[started.Index];
        return planned with { Header = planned.Header with { Session = new SessionId(started.Session), Attempt = started.Attempt } };
    }

    private static Effect<ExperimentEvent> Finish(ExperimentState experiment, Effect<ExperimentEvent> effect, string status, string? reason) =>
        (effect with { Events = effect.Events.Add(new ExperimentEvent.Finished(status, reason)) })
            .ThenPublish(new ExperimentFinished(experiment.Id, status, reason)).Then(new Step.Passivate());
}
