using System.Collections.Immutable;
using System.Text;
using MELT.Actors.Experiments;
using MELT.Actors.Journal;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Behaviors;

namespace MELT.Actors.Tests.Experiments;

/// <summary>An experiment that outlives its process: what was cut off is tried again by its rule, and the rest follows.</summary>
public sealed class ExperimentContinuesTests() : BehaviorSpec<ExperimentCommand, ExperimentEvent, ExperimentState>(new Experiment(), "e")
{
    private const string Stopped = "MELT was stopped";
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly ImmutableArray<ExperimentSession> Two = [new(Some.Header(""), Some.Plan()), new(Some.Header(""), Some.Plan(1))];

    private static ExperimentEvent Planned(int retries = 0, bool? continues = true) => new ExperimentEvent.Planned("two", "{}", "ab12", "melt serve", retries, Two, Some.Noon, continues);
    private static ExperimentEvent Started(string session, int index, int attempt = 1) => new ExperimentEvent.SessionStarted(session, index, attempt);
    private static ExperimentEvent Done(string session, string status = "complete", string? reason = null) => new ExperimentEvent.SessionFinished(session, status, reason);
    private static ExperimentCommand Ended(string session, string status = "complete", string? reason = null) => new ExperimentCommand.NoteEnded(new(session, status, reason));
    private static readonly ExperimentEvent Held = new ExperimentEvent.Held(Stopped), Resumed = new ExperimentEvent.Resumed();
    private static readonly ExperimentCommand Hold = new ExperimentCommand.Hold(Stopped);

    [Fact]
    public void The_start_says_that_it_continues_and_the_plan_keeps_it() =>
        Given().When(new ExperimentCommand.Start("two", "{}", "ab12", "melt serve", 0, Two, Some.Noon, Continues: true)).ThenPersisted(Planned(), Started("e-01", 0)).ThenState(e => e.Continues.ShouldBeTrue());

    [Fact]
    public void Interrupted_in_a_session_it_starts_it_again_and_tries_once_more_by_its_rule() =>
        Given(Planned(retries: 1), Started("e-01", 0))
            .WhenRecovered().ThenNothingIsPersisted()
                .ThenSends<SessionCommand.Start>(Session.KindName, "e-01", start => start.Header.Session.Value.ShouldBe("e-01")).ThenAfter("poll", Poll, ExperimentCommand.Poll.Value)
            .When(Ended("e-01", "partial", "interrupted: MELT stopped")).ThenPersisted(Done("e-01", "partial", "interrupted: MELT stopped"), Started("e-01-2", 0, 2))
                .ThenSends<SessionCommand.Start>(Session.KindName, "e-01-2", start => start.Header.Attempt.ShouldBe(2))
            .When(Ended("e-01-2")).ThenPersisted(Done("e-01-2"), Started("e-02", 1))
            .When(Ended("e-02")).ThenPersisted(Done("e-02"), new ExperimentEvent.Finished("complete", null));

    [Fact]
    public void Without_retries_it_goes_on_with_the_next_session() =>
        Given(Planned(), Started("e-01", 0)).WhenRecovered()
            .When(Ended("e-01", "partial", "interrupted")).ThenPersisted(Done("e-01", "partial", "interrupted"), Started("e-02", 1));

    [Fact]
    public void Held_it_cancels_its_session_begins_no_other_and_says_when_it_is_quiet() =>
        Given(Planned(retries: 1), Started("e-01", 0))
            .When(Hold).ThenPersisted(Held).ThenReplied(ExperimentAccepted.Value).ThenSends<SessionCommand.Cancel>(Session.KindName, "e-01", cancel => cancel.Reason.ShouldBe(Stopped))
            .When(Ended("e-01", "partial", Stopped)).ThenPersisted(Done("e-01", "partial", Stopped)).ThenSendsNothing().ThenPublishes<ExperimentPaused>(fact => fact.Experiment.ShouldBe("e"))
                .ThenState(e => e.End.ShouldBeNull());

    [Fact]
    public void Held_again_it_remembers_the_first_reason_and_tells_the_session_again() =>
        Given(Planned(), Started("e-01", 0), Held).When(new ExperimentCommand.Hold("again")).ThenNothingIsPersisted().ThenSends<SessionCommand.Cancel>(Session.KindName, "e-01");

    [Fact]
    public void Held_it_asks_its_session_for_the_end_and_does_not_start_it() =>
        Given(Planned(), Started("e-01", 0), Held).When(ExperimentCommand.Poll.Value).ThenNothingIsPersisted()
            .ThenSends<SessionCommand.Cancel>(Session.KindName, "e-01").ThenSends<SessionCommand.Report>(Session.KindName, "e-01").ThenAfter("poll", Poll, ExperimentCommand.Poll.Value);

    [Fact]
    public void Back_after_it_was_held_it_goes_on_where_it_stood()
    {
        Given(Planned(retries: 1), Started("e-01", 0), Held, Done("e-01", "partial", Stopped)).WhenRecovered().ThenPersisted(Resumed, Started("e-01-2", 0, 2)).ThenSends<SessionCommand.Start>(Session.KindName, "e-01-2");
        Given(Planned(), Started("e-01", 0), Held, Done("e-01")).WhenRecovered().ThenPersisted(Resumed, Started("e-02", 1));
        Given(Planned(), Started("e-01", 0), Done("e-01"), Started("e-02", 1), Held, Done("e-02")).WhenRecovered().ThenPersisted(Resumed, new ExperimentEvent.Finished("complete", null));
    }

    [Fact]
    public void Back_before_its_session_was_sealed_it_goes_on_once_that_is_sealed() =>
        Given(Planned(retries: 1), Started("e-01", 0), Held)
            .WhenRecovered().ThenPersisted(Resumed).ThenSends<SessionCommand.Start>(Session.KindName, "e-01")
            .When(Ended("e-01", "partial", Stopped)).ThenPersisted(Done("e-01", "partial", Stopped), Started("e-01-2", 0, 2));

    [Fact]
    public void What_is_quiet_or_over_says_so_at_once()
    {
        Given(Planned(), Started("e-01", 0), Held, Done("e-01")).When(Hold).ThenNothingIsPersisted().ThenReplied(ExperimentAccepted.Value).ThenPublishes<ExperimentPaused>();
        Given(Planned(), Started("e-01", 0), Done("e-01"), new ExperimentEvent.Finished("complete", null)).When(Hold).ThenNothingIsPersisted().ThenPublishes<ExperimentPaused>();
    }

    [Fact]
    public void One_that_does_not_continue_is_cancelled_instead() =>
        Given(Planned(continues: null), Started("e-01", 0)).When(Hold).ThenPersisted(new ExperimentEvent.CancelRequested(Stopped)).ThenSends<SessionCommand.Cancel>(Session.KindName, "e-01");

    [Fact]
    public void Cancelled_it_does_not_go_on_when_it_comes_back() =>
        Given(Planned(retries: 1), Started("e-01", 0), new ExperimentEvent.CancelRequested("enough"))
            .WhenRecovered().ThenNothingIsPersisted().ThenSends<SessionCommand.Report>(Session.KindName, "e-01").ThenNo<MELT.Actors.Behaviors.Step.Publish>()
            .When(Ended("e-01", "partial", "x")).ThenPersisted(Done("e-01", "partial", "x"), new ExperimentEvent.Finished("partial", "enough"));

    [Fact]
    public void Cancelled_while_it_is_held_and_quiet_it_is_over() =>
        Given(Planned(), Started("e-01", 0), Held, Done("e-01", "partial", Stopped)).When(new ExperimentCommand.Cancel("enough"))
            .ThenPersisted(new ExperimentEvent.CancelRequested("enough"), new ExperimentEvent.Finished("partial", "enough")).ThenReplied(ExperimentAccepted.Value);

    [Fact]
    public void The_flag_is_stored_only_where_it_is_set()
    {
        Text(Planned()).ShouldContain("\"continues\":true");
        Text(Planned(continues: null)).ShouldNotContain("continues");
        var read = (ExperimentEvent.Planned)MeltEvents.Serializer.Read("experiment.planned.v1", MeltEvents.Serializer.Write(Planned()).Bytes);
        read.Continues.ShouldBe(true);
    }

    private static string Text(ExperimentEvent e) => Encoding.UTF8.GetString(MeltEvents.Serializer.Write(e).Bytes);
}
