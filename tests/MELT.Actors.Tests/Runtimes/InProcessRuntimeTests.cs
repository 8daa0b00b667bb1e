using MELT.Actors.Behaviors;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Tests.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Runtimes;

/// <summary>What is the in-process runtime's own: room, rest, idleness, stopping.</summary>
public sealed class InProcessRuntimeTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TestFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly Notebook _notebook = new();
    private readonly HeldPerformer _performer = new();
    private GatedJournal _journal = null!;
    private InProcessRuntime _runtime = null!;

    public async Task InitializeAsync()
    {
        _journal = new(await SqliteJournal.OpenAsync(_folder["journal.db"], new([.. Notebook.Formats, .. Courier.Formats]), new() { Synchronous = Synchronous.Off }));
        Begin();
    }

    public async Task DisposeAsync()
    {
        await _runtime.DisposeAsync();
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    private void Begin(int room = 1024)
    {
        _runtime = new(_journal, NullLogger<InProcessRuntime>.Instance, new() { Room = room, Time = _time });
        _runtime.Host(_notebook, _performer);
        _runtime.Host(new Courier(), _performer);
    }

    private Task<object> Ask(NotebookCommand command, string id = "a") => _runtime.Ask("notebook", id, command, Patience).WaitAsync(Patience);
    private async Task<NotebookState> ReadAsync(string id = "a") => (NotebookState)await Ask(new NotebookCommand.Read(), id);
    private static NotebookCommand.Record Number(long number) => new(number, "x");

    // 12
    [Fact]
    public async Task Failed_means_unknown_and_the_repeated_command_finds_out()
    {
        _journal.AfterAppend = _ => throw new JournalUnavailableException("the answer was lost");
        (await Ask(Number(1))).ShouldBe(new Failed("the answer was lost"));
        (await Ask(Number(1))).ShouldBe(Answer.Duplicate);
    }

    // 14
    [Fact]
    public async Task Entities_that_send_to_each_other_never_wait_for_room()
    {
        await _runtime.DisposeAsync();
        Begin(room: 1);
        await Task.WhenAll(
            Ask(new NotebookCommand.Volley("a", "b", 200), "a"), Ask(new NotebookCommand.Volley("b", "a", 200), "b"),
            Ask(new NotebookCommand.Volley("a", "b", 200), "a"), Ask(new NotebookCommand.Volley("b", "a", 200), "b"));
        for (var i = 0; i < 4; i++)
            (await _performer.NextAsync()).What.ShouldBe("volley over");
    }

    // 14, 9
    [Fact]
    public async Task Asks_beyond_the_room_stand_in_line_in_order_and_leave_it_when_their_time_is_up()
    {
        await _runtime.DisposeAsync();
        Begin(room: 2);
        var gate = new TaskCompletionSource();
        _journal.BeforeAppend = _ => gate.Task;
        var answers = Enumerable.Range(1, 10).Select(n => Ask(Number(n))).ToArray();
        var impatient = _runtime.Ask("notebook", "a", Number(99), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(2));
        await Should.ThrowAsync<TimeoutException>(() => impatient.WaitAsync(Patience));
        gate.SetResult();
        (await Task.WhenAll(answers)).ShouldAllBe(a => a.Equals(Answer.Stored));
        _journal.Appends.Select(a => ((NotebookEvent.Recorded)a.Events[0]).Number).ShouldBe(Enumerable.Range(1, 10).Select(n => (long)n), "in order, and what left the line was never decided");
    }

    [Fact]
    public async Task Every_incarnation_writes_under_a_name_of_its_own()
    {
        await Ask(Number(1));
        await Ask(Number(2));
        await Ask(new NotebookCommand.Leave());
        await Ask(Number(3));
        var writers = _journal.Appends.Select(a => a.Writer).ToArray();
        writers[0].ShouldBe(writers[1]);
        writers[2].ShouldNotBe(writers[1]);
        writers.ShouldAllBe(w => w.Length == 32 && w.All(char.IsAsciiHexDigitLower));
    }

    [Fact]
    public async Task While_the_journal_is_down_askers_hear_Failed_and_the_entity_returns_by_itself()
    {
        var (down, reads, up) = (true, 0, new TaskCompletionSource());
        _journal.BeforeRead = _ =>
        {
            reads++;
            if (down)
                throw new JournalUnavailableException("the disk is away");
            up.SetResult();
            return Task.CompletedTask;
        };
        (await Ask(Number(1))).ShouldBe(new Failed("the disk is away"));
        (await Ask(Number(1))).ShouldBe(new Failed("the disk is away"));
        reads.ShouldBe(1, "resting: the journal is not asked again at once");

        _time.Advance(TimeSpan.FromMilliseconds(200));
        (await Ask(Number(1))).ShouldBe(new Failed("the disk is away"));
        reads.ShouldBe(2);
        _time.Advance(TimeSpan.FromMilliseconds(399));
        (await Ask(Number(1))).ShouldBe(new Failed("the disk is away"));
        reads.ShouldBe(2, "the second rest is twice as long");

        down = false;
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await up.Task.WaitAsync(Patience);
        (await Ask(Number(1))).ShouldBe(Answer.Stored);
    }

    [Fact]
    public async Task An_entity_that_breaks_again_and_again_on_its_own_work_rests()
    {
        await Ask(new NotebookCommand.Work("fragile"));
        (await _performer.NextAsync()).Break(new InvalidOperationException("once"));
        (await _performer.NextAsync()).Break(new InvalidOperationException("twice"));
        (await Ask(new NotebookCommand.Read())).ShouldBe(new Failed("twice"));
        _performer.Begun.ShouldBeNull();
        _time.Advance(TimeSpan.FromMilliseconds(200));
        (await _performer.NextAsync()).Answer(new NotebookCommand.WorkDone("fragile", "done"));
        (await ReadAsync()).Lines.ShouldBe(["fragile: done"]);
    }

    [Fact]
    public async Task An_idle_entity_is_forgotten_with_its_address_and_continues_when_asked()
    {
        await Ask(Number(1));
        _runtime.Addresses.ShouldBe(1);
        await Idle(TimeSpan.FromMinutes(3));
        _runtime.Addresses.ShouldBe(0);
        (await Ask(Number(1))).ShouldBe(Answer.Duplicate);
        _notebook.Lives.ShouldBe(2);
    }

    [Fact]
    public async Task An_entity_with_open_work_or_timers_is_not_idle()
    {
        await Ask(new NotebookCommand.Work("long"), "working");
        await Ask(new NotebookCommand.Remind("late", TimeSpan.FromHours(1), "late"), "waiting");
        await Idle(TimeSpan.FromMinutes(30));
        _runtime.Addresses.ShouldBe(2);
        (await _performer.NextAsync()).Stop.IsCancellationRequested.ShouldBeFalse();
        _notebook.Lives.ShouldBe(2);
    }

    /// <summary>Lets the clock run in steps; between them every address has dealt with what the step brought.</summary>
    private async Task Idle(TimeSpan length)
    {
        for (var passed = TimeSpan.Zero; passed < length; passed += TimeSpan.FromMinutes(1))
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await _runtime.QuietAsync();
        }
    }

    [Fact]
    public async Task Facts_reach_listeners_of_their_type_and_one_listeners_exception_is_its_own()
    {
        var (texts, numbers) = (new List<string>(), new List<string>());
        using var broken = _runtime.Subscribe<string>(_ => throw new InvalidOperationException("a listener's own affair"));
        using var text = _runtime.Subscribe<string>(texts.Add);
        var brief = _runtime.Subscribe<IFormattable>(n => numbers.Add(n.ToString()!));
        await Ask(new NotebookCommand.Announce("one"));
        await Ask(new NotebookCommand.Announce(2));
        brief.Dispose();
        await Ask(new NotebookCommand.Announce(3));
        texts.ShouldBe(["one"]);
        numbers.ShouldBe(["2"]);
    }

    [Fact]
    public async Task Stopping_finishes_what_was_sent_and_refuses_what_comes_after()
    {
        for (var number = 1; number <= 50; number++)
            _runtime.Tell("notebook", "a", Number(number));
        await _runtime.DisposeAsync();
        _journal.Appends.Count.ShouldBe(50);
        (await Ask(Number(51))).ShouldBeOfType<Failed>();
        _runtime.Tell("notebook", "a", Number(52));
        _journal.Appends.Count.ShouldBe(50);
    }

    [Fact]
    public async Task Stopping_cancels_work()
    {
        await Ask(new NotebookCommand.Work("long"));
        var work = await _performer.NextAsync();
        await _runtime.DisposeAsync();
        work.Stop.IsCancellationRequested.ShouldBeTrue();
        work.Result.IsCanceled.ShouldBeTrue("stopping has waited for it");
    }

    [Fact]
    public async Task Only_kinds_that_return_by_themselves_are_brought_back()
    {
        await Ask(Number(1), "one");
        await Ask(Number(1), "two");
        await _runtime.Ask("courier", "c", new CourierCommand.Carry(7), Patience);
        await Ask(new NotebookCommand.Read(), "target");
        await _runtime.DisposeAsync();
        Begin();
        await _runtime.StartAsync(default);
        _runtime.Addresses.ShouldBe(3, "one, two and the courier's target; the courier waits for a message");
        _notebook.Lives.ShouldBe(6);
    }

    [Fact]
    public async Task A_message_of_another_kind_is_not_understood()
    {
        (await _runtime.Ask("notebook", "a", new CourierCommand.Missing(), Patience)).ShouldBe(new Failed("notebook:a does not understand Missing."));
        await Should.ThrowAsync<ArgumentException>(() => _runtime.Ask("nobody", "a", "hello", Patience));
        Should.Throw<ArgumentException>(() => _runtime.Tell("nobody", "a", "hello"));
        Should.Throw<ArgumentException>(() => _runtime.Host(new Notebook(), _performer));
    }
}
