using MELT.Actors.Tests.Runtimes;

namespace MELT.Actors.Tests.Behaviors;

public sealed class BehaviorSpecTests() : BehaviorSpec<NotebookCommand, NotebookEvent, NotebookState>(new Notebook(), "a")
{
    [Fact]
    public void A_new_number_is_stored() =>
        Given()
            .When(new NotebookCommand.Record(1, "x"))
            .ThenPersisted(new NotebookEvent.Recorded(1, "x"))
            .ThenReplied(Answer.Stored)
            .ThenPerformsNothing();

    [Fact]
    public void The_same_number_again_changes_nothing() =>
        Given(new NotebookEvent.Recorded(1, "x"))
            .When(new NotebookCommand.Record(1, "x"))
            .ThenNothingIsPersisted()
            .ThenReplied(Answer.Duplicate);

    [Fact]
    public void Decisions_follow_each_other() =>
        Given()
            .When(new NotebookCommand.Work("measure"))
            .ThenPerforms<string>(work => work.ShouldBe("measure"))
            .When(new NotebookCommand.WorkDone("measure", "ok"))
            .ThenPersisted(new NotebookEvent.WorkEnded("measure", "ok"))
            .ThenState(book => book.OpenWork.ShouldBeEmpty());

    [Fact]
    public void Open_work_is_performed_again_after_recovery() =>
        Given(new NotebookEvent.WorkBegun("measure")).WhenRecovered().ThenPerforms<string>().ThenNothingIsPersisted();

    [Fact]
    public void Timers_sends_and_facts_are_seen()
    {
        Given().When(new NotebookCommand.Remind("tea", TimeSpan.FromMinutes(3), "ready")).ThenAfter("tea", TimeSpan.FromMinutes(3), new NotebookCommand.Due("ready"));
        Given().When(new NotebookCommand.Pass("b", new NotebookCommand.Read())).ThenSends<NotebookCommand.Read>("notebook", "b");
        Given().When(new NotebookCommand.Announce("news")).ThenPublishes<string>(fact => fact.ShouldBe("news"));
        Given().When(new NotebookCommand.Leave()).ThenPassivates().ThenSendsNothing();
    }

    [Fact]
    public void A_wrong_expectation_fails()
    {
        var stored = Given().When(new NotebookCommand.Record(1, "x"));
        Should.Throw<ShouldAssertException>(() => stored.ThenNothingIsPersisted());
        Should.Throw<ShouldAssertException>(() => stored.ThenPersisted(new NotebookEvent.Recorded(2, "x")));
        Should.Throw<ShouldAssertException>(() => stored.ThenReplied(Answer.Duplicate));
        Should.Throw<ShouldAssertException>(() => stored.ThenPerforms<string>());
        Should.Throw<ShouldAssertException>(() => stored.ThenSends<NotebookCommand.Read>("notebook", "b"));
    }
}
