using System.Collections.Immutable;
using MELT.Actors.Behaviors;
using MELT.Actors.Experiments;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Behaviors;

namespace MELT.Actors.Tests.Experiments;

public sealed class ExperimentTests() : BehaviorSpec<ExperimentCommand, ExperimentEvent, ExperimentState>(new Experiment(), "e")
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly ImmutableArray<ExperimentSession> Two = [new(Some.Header(""), Some.Plan()), new(Some.Header(""), Some.Plan(1))];

    private static ExperimentCommand.Start Start(int retries = 0) => new("two", "{}", "ab12", "melt run", retries, Two, Some.Noon);
    private static ExperimentEvent Planned(int retries = 0) => new ExperimentEvent.Planned("two", "{}", "ab12", "melt run", retries, Two, Some.Noon);
    private static ExperimentEvent Started(string session, int index, int attempt = 1) => new ExperimentEvent.SessionStarted(session, index, attempt);
    private static ExperimentEvent Done(string session, string status = "complete", string? reason = null) => new ExperimentEvent.SessionFinished(session, status, reason);
    private static ExperimentCommand Ended(string session, string status = "complete", string? reason = null) => new ExperimentCommand.NoteEnded(new(session, status, reason));

    [Fact]
    public void Sessions_run_one_after_another_and_then_it_is_complete() =>
        Given()
            .When(Start()).ThenPersisted(Planned(), Started("e-01", 0)).ThenReplied(ExperimentAccepted.Value)
                .ThenSends<SessionCommand.Start>(Session.KindName, "e-01", start => (start.Header.Session.Value, start.Header.Attempt, start.Plan.Requests.Length).ShouldBe(("e-01", 1, 2)))
                .ThenAfter("poll", Poll, ExperimentCommand.Poll.Value)
            .When(Ended("e-01")).ThenPersisted(Done("e-01"), Started("e-02", 1)).ThenSends<SessionCommand.Start>(Session.KindName, "e-02", start => start.Plan.Requests.Length.ShouldBe(1))
            .When(Ended("e-02")).ThenPersisted(Done("e-02"), new ExperimentEvent.Finished("complete", null))
                .ThenPublishes<ExperimentFinished>(fact => fact.ShouldBe(new("e", "complete", null))).ThenPassivates();

    [Fact]
    public void A_plan_without_sessions_is_complete_at_once() =>
        Given().When(Start() with { Sessions = [] }).ThenState(e => e.End!.Status.ShouldBe("complete")).ThenSendsNothing();

    [Fact]
    public void An_experiment_recorded_elsewhere_is_kept_whole_and_starts_no_session()
    {
        var import = new ExperimentCommand.Import("one", "{}", "ab12", "melt import x", new(Some.Header("s"), Some.Plan(1)), "complete", null, Some.Noon);
        Given().When(import).ThenPersisted(new ExperimentEvent.Planned("one", "{}", "ab12", "melt import x", 0, [import.Session], Some.Noon), Started("s", 0), Done("s"), new ExperimentEvent.Finished("complete", null))
            .ThenReplied(ExperimentAccepted.Value).ThenSendsNothing().ThenPassivates()
            .When(import).ThenNothingIsPersisted().ThenReplied(ExperimentAccepted.Value);
    }

    [Fact]
    public void A_run_recorded_elsewhere_is_kept_with_all_its_sessions_and_is_as_whole_as_they_are()
    {
        ExperimentSession[] sessions = [.. Enumerable.Range(1, 3).Select(i => new ExperimentSession(Some.Header($"s-0{i}") with { Repetition = i }, Some.Plan(1)))];
        var import = new ExperimentCommand.Import("run", "{}", "ab12", "melt import x", sessions[0], "complete", null, Some.Noon, [new(sessions[1], "partial", "cut short"), new(sessions[2], "complete", null)]);
        Given().When(import).ThenPersisted(new ExperimentEvent.Planned("run", "{}", "ab12", "melt import x", 0, [.. sessions], Some.Noon),
                Started("s-01", 0), Done("s-01"), Started("s-02", 1), Done("s-02", "partial", "cut short"), Started("s-03", 2), Done("s-03"), new ExperimentEvent.Finished("partial", "cut short"))
            .ThenReplied(ExperimentAccepted.Value).ThenSendsNothing().ThenPassivates()
            .When(import).ThenNothingIsPersisted().ThenReplied(ExperimentAccepted.Value);
    }

    [Fact]
    public void Starting_twice_changes_nothing() =>
        Given(Planned(), Started("e-01", 0)).When(Start()).ThenNothingIsPersisted().ThenReplied(ExperimentAccepted.Value).ThenSendsNothing();

    [Fact]
    public void Word_of_an_end_that_comes_twice_or_of_another_session_changes_nothing() =>
        Given(Planned(), Started("e-01", 0), Done("e-01"), Started("e-02", 1))
            .When(Ended("e-01")).ThenNothingIsPersisted().ThenSendsNothing()
            .When(Ended("e-09")).ThenNothingIsPersisted().ThenSendsNothing();

    [Fact]
    public void A_failed_session_is_tried_again_as_a_new_session_as_often_as_planned() =>
        Given(Planned(retries: 2), Started("e-01", 0))
            .When(Ended("e-01", "failed", "busy")).ThenPersisted(Done("e-01", "failed", "busy"), Started("e-01-2", 0, 2))
                .ThenSends<SessionCommand.Start>(Session.KindName, "e-01-2", start => (start.Header.Session.Value, start.Header.Attempt).ShouldBe(("e-01-2", 2)))
            .When(Ended("e-01-2", "partial", "crash")).ThenPersisted(Done("e-01-2", "partial", "crash"), Started("e-01-3", 0, 3))
            .When(Ended("e-01-3", "failed", "crash")).ThenPersisted(Done("e-01-3", "failed", "crash"), Started("e-02", 1));

    [Fact]
    public void What_failed_twice_is_tried_again_after_a_pause_that_grows() =>
        Given(Planned(retries: 4), Started("e-01", 0), Done("e-01", "failed", "a"), Started("e-01-2", 0, 2))
            .When(Ended("e-01-2", "failed", "b")).ThenPersisted(Done("e-01-2", "failed", "b"), Started("e-01-3", 0, 3)).ThenSendsNothing().ThenAfter("poll", TimeSpan.FromSeconds(5), ExperimentCommand.Poll.Value)
            .When(ExperimentCommand.Poll.Value).ThenSends<SessionCommand.Start>(Session.KindName, "e-01-3")
            .When(Ended("e-01-3", "failed", "c")).ThenSendsNothing().ThenAfter("poll", TimeSpan.FromSeconds(10), ExperimentCommand.Poll.Value);

    [Fact]
    public void An_attempt_made_good_is_good() =>
        Given(Planned(retries: 1), Started("e-01", 0), Done("e-01", "failed", "busy"), Started("e-01-2", 0, 2), Done("e-01-2"), Started("e-02", 1))
            .When(Ended("e-02")).ThenPersisted(Done("e-02"), new ExperimentEvent.Finished("complete", null));

    [Fact]
    public void What_is_left_of_it_tells_how_it_ended()
    {
        Given(Planned(), Started("e-01", 0), Done("e-01", "failed", "a"), Started("e-02", 1)).When(Ended("e-02", "failed", "b")).ThenState(End("failed", "2 of 2 sessions are not complete"));
        Given(Planned(), Started("e-01", 0), Done("e-01", "partial", "a"), Started("e-02", 1)).When(Ended("e-02", "failed", "b")).ThenState(End("partial", "2 of 2 sessions are not complete"));
        Given(Planned(), Started("e-01", 0), Done("e-01", "failed", "a"), Started("e-02", 1)).When(Ended("e-02")).ThenState(End("partial", "a"));
        Given(Planned(), Started("e-01", 0), Done("e-01"), Started("e-02", 1)).When(Ended("e-02", "failed", "b")).ThenState(End("partial", "b"));
    }

    [Fact]
    public void Cancelled_it_cancels_its_session_and_begins_no_other() =>
        Given(Planned(retries: 3), Started("e-01", 0))
            .When(new ExperimentCommand.Cancel("enough")).ThenPersisted(new ExperimentEvent.CancelRequested("enough")).ThenReplied(ExperimentAccepted.Value)
                .ThenSends<SessionCommand.Cancel>(Session.KindName, "e-01", cancel => cancel.Reason.ShouldBe("enough"))
            .When(Ended("e-01", "partial", "cancelled: enough")).ThenPersisted(Done("e-01", "partial", "cancelled: enough"), new ExperimentEvent.Finished("partial", "enough")).ThenPassivates();

    [Fact]
    public void Cancelled_twice_the_first_reason_counts_and_the_session_is_told_again() =>
        Given(Planned(), Started("e-01", 0), new ExperimentEvent.CancelRequested("enough"))
            .When(new ExperimentCommand.Cancel("really")).ThenNothingIsPersisted().ThenSends<SessionCommand.Cancel>(Session.KindName, "e-01");

    [Fact]
    public void Cancelling_what_has_not_begun_or_is_over_changes_nothing()
    {
        Given().When(new ExperimentCommand.Cancel("no")).ThenNothingIsPersisted().ThenReplied(ExperimentAccepted.Value).ThenSendsNothing();
        Given(Planned(), Started("e-01", 0), new ExperimentEvent.Finished("partial", "x")).When(new ExperimentCommand.Cancel("no")).ThenNothingIsPersisted().ThenReplied(ExperimentAccepted.Value).ThenSendsNothing();
    }

    [Fact]
    public void A_start_or_an_end_that_got_lost_is_asked_for_again() =>
        Given(Planned(), Started("e-01", 0))
            .When(ExperimentCommand.Poll.Value).ThenNothingIsPersisted()
            .ThenSends<SessionCommand.Start>(Session.KindName, "e-01", start => start.Header.Session.Value.ShouldBe("e-01"))
            .ThenAfter("poll", Poll, ExperimentCommand.Poll.Value);

    [Fact]
    public void A_cancelled_session_is_not_started_by_asking_after_it() =>
        Given(Planned(), Started("e-01", 0), new ExperimentEvent.CancelRequested("enough"))
            .When(ExperimentCommand.Poll.Value).ThenNothingIsPersisted()
            .ThenSends<SessionCommand.Cancel>(Session.KindName, "e-01")
            .ThenSends<SessionCommand.Report>(Session.KindName, "e-01", report => report.Header.Session.Value.ShouldBe("e-01"))
            .ThenAfter("poll", Poll, ExperimentCommand.Poll.Value);

    [Fact]
    public void A_poll_that_comes_late_asks_nobody() =>
        Given(Planned(), Started("e-01", 0), Done("e-01"), Started("e-02", 1), Done("e-02"), new ExperimentEvent.Finished("complete", null))
            .When(ExperimentCommand.Poll.Value).ThenNothingIsPersisted().ThenSendsNothing().ThenNo<Step.After>();

    [Fact]
    public void Interrupted_in_a_session_it_asks_for_its_end_until_it_comes_and_begins_no_other() =>
        Given(Planned(retries: 1), Started("e-01", 0))
            .WhenRecovered().ThenPersisted(new ExperimentEvent.CancelRequested("interrupted: MELT stopped while the experiment was running"))
                .ThenSends<SessionCommand.Report>(Session.KindName, "e-01").ThenAfter("poll", Poll, ExperimentCommand.Poll.Value)
            .When(Ended("e-01", "partial", "interrupted")).ThenState(End("partial", "interrupted: MELT stopped while the experiment was running"));

    [Fact]
    public void Interrupted_again_it_remembers_the_first_reason_only() =>
        Given(Planned(), Started("e-01", 0), new ExperimentEvent.CancelRequested("enough"))
            .WhenRecovered().ThenNothingIsPersisted().ThenSends<SessionCommand.Report>(Session.KindName, "e-01");

    [Fact]
    public void It_returns_by_itself_and_is_busy_until_it_is_over()
    {
        var experiment = new Experiment();
        experiment.ReturnsByItself.ShouldBeTrue();
        experiment.IsBusy(Given(Planned(), Started("e-01", 0)).State).ShouldBeTrue();
        experiment.IsBusy(Given().State).ShouldBeFalse();
        experiment.IsBusy(Given(Planned(), new ExperimentEvent.Finished("complete", null)).State).ShouldBeFalse();
        Given().WhenRecovered().ThenNothingIsPersisted().ThenSendsNothing();
    }

    private static Action<ExperimentState> End(string status, string reason) => e => (e.End!.Status, e.End.Reason).ShouldBe((status, reason));
}
