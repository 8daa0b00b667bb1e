using MELT.Actors.Behaviors;
using MELT.Actors.Journal;
using MELT.Actors.Runtimes;

namespace MELT.Actors.Tests.Runtimes;

/// <summary>
/// What every runtime keeps. Witnesses are answers, performers and the journal, never sends or published facts: those may be lost anywhere,
/// so the suite passes over a port that loses them.
/// </summary>
public abstract class RuntimeContract : IAsyncLifetime
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    protected Notebook Notebook { get; } = new();
    protected HeldPerformer Performer { get; } = new();
    protected static EventSerializer Serializer { get; } = new([.. Notebook.Formats, .. Courier.Formats]);

    protected abstract IActorRuntime Runtime { get; }

    /// <summary>Events, and what crosses nodes where there are any.</summary>
    protected virtual EventSerializer Messages => Serializer;

    /// <summary>Another connection to the same journal.</summary>
    protected abstract Task<IJournal> OpenJournalAsync(bool forWriting = false);

    /// <summary>Moves the runtime's clock; timers that become due are in their mailboxes when it returns.</summary>
    protected abstract void Advance(TimeSpan length);

    /// <summary>The runtime's process ends and another begins on the same journal.</summary>
    protected abstract Task RestartAsync();

    /// <summary>Tags as they lie beside the events: number and tag, in order.</summary>
    protected abstract Task<IReadOnlyList<(long Number, string Tag)>> TagsAsync(string persistenceId);

    /// <summary>Changes the journal in ways MELT itself never would.</summary>
    protected abstract Task TamperAsync(string sql);

    public abstract Task InitializeAsync();
    public abstract Task DisposeAsync();

    protected void HostAll(IActorRuntime runtime)
    {
        runtime.Host(Notebook, Performer);
        runtime.Host(new Courier(), Performer);
    }

    /// <summary>The patience is the test's own: the runtime's clock stands still.</summary>
    protected Task<object> Ask(NotebookCommand command, string id = "a") => Runtime.Ask("notebook", id, command, Patience).WaitAsync(Patience);
    protected async Task<NotebookState> ReadAsync(string id = "a") => (NotebookState)await Ask(new NotebookCommand.Read(), id);
    private static NotebookCommand.Record Number(long number, string content = "x") => new(number, content);
    private static NotebookCommand.Write Lines(params string[] lines) => new([.. lines]);

    protected async Task<List<object>> StoredAsync(string id = "a")
    {
        await using var journal = await OpenJournalAsync();
        return [.. (await journal.ReadAsync($"notebook:{id}", 1, default).ToListAsync()).Select(e => e.Event)];
    }

    private async Task AppendBehindItsBack(string id, long after, params object[] events)
    {
        await using var other = await OpenJournalAsync(forWriting: true);
        await other.AppendAsync(new($"notebook:{id}", after, [.. events], [], Guid.NewGuid().ToString("N")), default);
    }

    // 1
    [SkippableFact]
    public async Task When_the_reply_arrives_another_connection_sees_the_event()
    {
        (await Ask(Number(1))).ShouldBe(Answer.Stored);
        (await StoredAsync()).ShouldBe([new NotebookEvent.Recorded(1, "x")]);
    }

    // 1, 20
    [SkippableFact]
    public async Task Steps_run_after_the_commit_in_written_order()
    {
        (await Ask(new NotebookCommand.Work("first", "second", "third"))).ShouldBe(new Answer.Done(3));
        new[] { Performer.Begun?.What, Performer.Begun?.What, Performer.Begun?.What }.ShouldBe(["first", "second", "third"], "performed before the reply, in order");
        (await StoredAsync()).Count.ShouldBe(3);
    }

    // 2
    [SkippableFact]
    public async Task Of_two_equal_commands_at_once_one_is_stored_and_one_is_a_duplicate()
    {
        for (var number = 1; number <= 20; number++)
            (await Task.WhenAll(Ask(Number(number)), Ask(Number(number)))).ShouldBe([Answer.Stored, Answer.Duplicate]);
        (await StoredAsync()).Count.ShouldBe(20);
    }

    // 3
    [SkippableFact]
    public async Task Several_events_are_stored_together_and_answered_once()
    {
        (await Ask(Lines("one", "two", "three"))).ShouldBe(new Answer.Done(3));
        (await StoredAsync()).ShouldBe([new NotebookEvent.Written("one"), new NotebookEvent.Written("two"), new NotebookEvent.Written("three")]);
    }

    // 3
    [SkippableFact]
    public async Task A_decision_without_events_is_answered_all_the_same()
    {
        (await Ask(Lines())).ShouldBe(new Answer.Done(0));
        (await StoredAsync()).ShouldBeEmpty();
    }

    // 4
    [SkippableFact]
    public async Task An_exception_answers_Failed_at_once_and_the_state_is_what_the_journal_says()
    {
        await Ask(Lines("kept"));
        (await Ask(new NotebookCommand.Throw("no reason"))).ShouldBe(new Failed("no reason"));
        (await Ask(new NotebookCommand.Throw("again"))).ShouldBe(new Failed("again"));
        (await ReadAsync()).Lines.ShouldBe(["kept"]);
        (await Ask(Lines("next"))).ShouldBe(new Answer.Done(1));
    }

    // 5
    [SkippableFact]
    public async Task An_event_that_cannot_be_serialized_stores_nothing_of_its_decision_and_leaves_no_hole()
    {
        await Ask(Lines("before"));
        (await Ask(new NotebookCommand.Spoil())).ShouldBeOfType<Failed>().Reason.ShouldContain(nameof(NotebookEvent.Unregistered));
        await Ask(Lines("after"));
        (await StoredAsync()).ShouldBe([new NotebookEvent.Written("before"), new NotebookEvent.Written("after")]);
    }

    // 6
    [SkippableFact]
    public async Task The_result_of_an_earlier_life_is_dropped()
    {
        Performer.Deaf = true;
        await Ask(new NotebookCommand.Work("measure"));
        var first = await Performer.NextAsync();
        await Ask(new NotebookCommand.Throw("restart"));
        var second = await Performer.NextAsync();
        first.Stop.IsCancellationRequested.ShouldBeTrue("the work of a life that is over is cancelled");
        second.Stop.IsCancellationRequested.ShouldBeFalse();

        first.Answer(new NotebookCommand.WorkDone("measure", "of the first life"));
        (await ReadAsync()).Lines.ShouldBeEmpty();
        second.Answer(new NotebookCommand.WorkDone("measure", "of the second life"));
        (await ReadAsync()).Lines.ShouldBe(["measure: of the second life"]);
    }

    // 6
    [SkippableFact]
    public async Task A_performer_that_throws_does_not_lose_the_work()
    {
        await Ask(new NotebookCommand.Work("fragile"));
        (await Performer.NextAsync()).Break(new InvalidOperationException("performers must not throw"));
        (await Performer.NextAsync()).Answer(new NotebookCommand.WorkDone("fragile", "done"));
        (await ReadAsync()).Lines.ShouldBe(["fragile: done"]);
    }

    // 7, 23
    [SkippableFact]
    public async Task Open_work_is_performed_again_after_a_restart_without_any_message()
    {
        await Ask(new NotebookCommand.Work("long"));
        await Performer.NextAsync();
        await RestartAsync();
        (await Performer.NextAsync()).What.ShouldBe("long");
    }

    // 7
    [SkippableFact]
    public async Task Open_work_is_performed_again_after_passivation()
    {
        await Ask(new NotebookCommand.Work("long"));
        await Performer.NextAsync();
        await Ask(new NotebookCommand.Leave());
        (await ReadAsync()).OpenWork.ShouldBe(["long"]);
        (await Performer.NextAsync()).What.ShouldBe("long");
    }

    // 8
    [SkippableFact]
    public async Task A_timer_fires_and_the_same_key_replaces()
    {
        await Ask(new NotebookCommand.Remind("tea", TimeSpan.FromSeconds(4), "replaced"));
        await Ask(new NotebookCommand.Remind("tea", TimeSpan.FromSeconds(6), "tea is ready"));
        Advance(TimeSpan.FromSeconds(5));
        (await ReadAsync()).OpenWork.ShouldBeEmpty();
        Advance(TimeSpan.FromSeconds(2));
        (await Performer.NextAsync()).What.ShouldBe("tea is ready");
        (await ReadAsync()).OpenWork.ShouldBe(["tea is ready"]);
    }

    // 8
    [SkippableTheory, InlineData(false), InlineData(true)]
    public async Task Timers_die_with_passivation_and_with_restart(bool restart)
    {
        await Ask(new NotebookCommand.Remind("old", TimeSpan.FromSeconds(3), "of the old life"));
        await Ask(restart ? new NotebookCommand.Throw("restart") : new NotebookCommand.Leave());
        await Ask(new NotebookCommand.Remind("new", TimeSpan.FromSeconds(6), "of the new life"));
        Advance(TimeSpan.FromSeconds(7));
        (await Performer.NextAsync()).What.ShouldBe("of the new life");
        (await ReadAsync()).OpenWork.ShouldBe(["of the new life"]);
    }

    // 9
    [SkippableFact]
    public async Task Order_is_kept_and_nothing_is_lost_across_thirty_passivations()
    {
        var answers = new List<Task<object>>();
        for (var number = 1; number <= 300; number++)
        {
            answers.Add(Ask(Number(number)));
            if (number % 10 == 0)
                _ = Ask(new NotebookCommand.Leave());
        }
        (await Task.WhenAll(answers)).ShouldAllBe(a => a.Equals(Answer.Stored));
        (await StoredAsync()).Cast<NotebookEvent.Recorded>().Select(r => r.Number).ShouldBe(Enumerable.Range(1, 300).Select(n => (long)n));
        Notebook.Lives.ShouldBeGreaterThanOrEqualTo(30);
    }

    // 10
    [SkippableFact]
    public async Task Seen_means_stored_and_not_less_than_the_last()
    {
        (await Ask(Number(5))).ShouldBe(Answer.Stored, "a gap is stored as a gap");
        (await Ask(Number(2))).ShouldBe(Answer.Stored, "late is not seen");
        (await Ask(Number(5))).ShouldBe(Answer.Duplicate);
        (await Ask(Number(2, "other content"))).ShouldBe(Answer.Conflict);
        (await ReadAsync()).Conflicts.ShouldBe([2]);
    }

    // 11
    [SkippableFact]
    public async Task A_fenced_incarnation_fails_and_the_next_one_continues_behind_the_others_event()
    {
        await Ask(Lines("mine"));
        await AppendBehindItsBack("a", 1, new NotebookEvent.Written("the other's"));
        (await Ask(Lines("refused"))).ShouldBeOfType<Failed>();
        (await Ask(Lines("mine again"))).ShouldBe(new Answer.Done(1));
        (await ReadAsync()).Lines.ShouldBe(["mine", "the other's", "mine again"]);
    }

    // 12, 13
    [SkippableFact]
    public async Task Sends_repeated_until_received_arrive_and_count_once()
    {
        const int count = 60;
        for (var number = 1; number <= count; number++)
            (await Runtime.Ask("courier", "c", new CourierCommand.Carry(number), Patience).WaitAsync(Patience)).ShouldBe(Answer.Stored);
        for (var round = 0; round < 200 && !await Delivered(); round++)
            Advance(Courier.RepeatAfter);
        (await Delivered()).ShouldBeTrue("whatever the port loses is repeated");
        (await StoredAsync("target")).Cast<NotebookEvent.Recorded>().Select(r => r.Number).Order().ShouldBe(Enumerable.Range(1, count).Select(n => (long)n));
    }

    /// <summary>Asks both, so that what a round sent has been dealt with before the next begins.</summary>
    private async Task<bool> Delivered() => await ReadAsync("target") is not null && await Runtime.Ask("courier", "c", new CourierCommand.Missing(), Patience).WaitAsync(Patience) is Answer.Done { Count: 0 };

    // 15
    [SkippableFact]
    public async Task Two_first_messages_at_once_start_one_incarnation()
    {
        for (var i = 0; i < 20; i++)
        {
            var (id, lives) = ($"new-{i}", Notebook.Lives);
            using var together = new Barrier(2);
            await Task.WhenAll(Enumerable.Range(1, 2).Select(n => Task.Run(() => { together.SignalAndWait(); return Ask(Number(n), id); })));
            (Notebook.Lives - lives).ShouldBe(1);
        }
    }

    // 16
    [SkippableFact]
    public async Task A_hole_is_refused_and_nothing_is_skipped()
    {
        await AppendBehindItsBack("holed", 0, new NotebookEvent.Written("1"), new NotebookEvent.Written("2"), new NotebookEvent.Written("3"));
        await TamperAsync("delete from journal where persistence_id = 'notebook:holed' and sequence_number = 2");
        (await Ask(new NotebookCommand.Read(), "holed")).ShouldBeOfType<Failed>().Reason.ShouldContain("hole");
    }

    // 16
    [SkippableFact]
    public async Task Events_that_replay_passes_over_are_missed()
    {
        await AppendBehindItsBack("short", 0, new NotebookEvent.Written("1"), new NotebookEvent.Written("2"));
        await TamperAsync("update journal set deleted = true where persistence_id = 'notebook:short' and sequence_number = 2");
        (await Ask(new NotebookCommand.Read(), "short")).ShouldBeOfType<Failed>();
    }

    // 16
    [SkippableFact]
    public async Task An_unknown_manifest_is_refused_by_name()
    {
        await AppendBehindItsBack("newer", 0, new NotebookEvent.Written("1"));
        await TamperAsync("update journal set manifest = 'notebook.written.v9' where persistence_id = 'notebook:newer'");
        (await Ask(new NotebookCommand.Read(), "newer")).ShouldBeOfType<Failed>().Reason.ShouldContain("notebook.written.v9");
    }

    // 17
    [SkippableFact]
    public async Task Tags_lie_beside_their_events()
    {
        await Ask(Lines("plain", "#red", "#blue"));
        (await TagsAsync("notebook:a")).ShouldBe([(2, "red"), (2, "tagged"), (3, "blue"), (3, "tagged")], ignoreOrder: true);
    }

    [SkippableFact]
    public async Task A_state_survives_the_process()
    {
        await Ask(Lines("kept"));
        await RestartAsync();
        (await ReadAsync()).Lines.ShouldBe(["kept"]);
    }

    [SkippableFact]
    public async Task An_ask_that_nobody_answers_times_out()
    {
        var silent = new NotebookCommand.WorkDone("nothing", "reply-less");
        var answer = Runtime.Ask("notebook", "a", silent, TimeSpan.FromSeconds(5));
        Advance(TimeSpan.FromSeconds(6));
        await Should.ThrowAsync<TimeoutException>(() => answer.WaitAsync(Patience));
    }
}
