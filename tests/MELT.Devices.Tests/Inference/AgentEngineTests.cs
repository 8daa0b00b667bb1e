using MELT.Devices.Inference;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Inference;

public sealed class AgentEngineTests
{
    private static readonly HostClock Clock = HostClock.Start(TimeProvider.System);
    private const string Ready = """echo '{"type":"ready","at":5,"engine":"sh","version":"1","clock":{"domain":"d","resolution_nanoseconds":1,"lateness_nanoseconds":0}}'""";

    private static Task<AgentEngine> Shell(string script) => AgentEngine.StartAsync(new LocalLink(Clock), new("/bin/sh", ["-c", script]), Clock, TimeSpan.FromMilliseconds(300));

    [Fact]
    public async Task Events_arrive_in_order_and_the_exit_is_the_last()
    {
        await using var link = await Shell($"read hello; {Ready}; read load; echo '{{\"type\":\"load-begun\",\"at\":7}}'; echo a word >&2; exit 3");
        await link.SendAsync(new EngineCommand.Hello(1, Clock.Anchor), default);
        await link.SendAsync(new EngineCommand.Load("m", new()), default);

        var events = await link.EventsAsync();

        events.Count.ShouldBe(3);
        events[0].ShouldBeOfType<EngineEvent.Ready>().Engine.ShouldBe("sh");
        events[1].ShouldBe(new EngineEvent.LoadBegun(new(7)));
        var exited = events[2].ShouldBeOfType<EngineEvent.Exited>();
        (exited.ExitCode, exited.Signal, exited.LastWords).ShouldBe((3, null, "a word"));
        exited.At.ShouldBeGreaterThan(new Stamp(Clock.Anchor.UnixNanoseconds));
    }

    [Theory]
    [InlineData("KILL", "SIGKILL")]
    [InlineData("ABRT", "SIGABRT")]
    [InlineData("SEGV", "SIGSEGV")]
    public async Task A_process_killed_by_a_signal_says_which(string signal, string name)
    {
        await using var link = await Shell($"{Ready}; kill -{signal} $$; {Ready}");

        var events = await link.EventsAsync();

        events.Select(e => e.GetType()).ShouldBe([typeof(EngineEvent.Ready), typeof(EngineEvent.Exited)]);
        ((EngineEvent.Exited)events[^1]).Signal.ShouldBe(name);
    }

    [Fact]
    public async Task A_process_killed_from_outside_while_it_is_silent_ends_its_events()
    {
        await using var link = await Shell($"{Ready}; read forever");
        (await link.Events.ReadAsync()).ShouldBeOfType<EngineEvent.Ready>();

        System.Diagnostics.Process.GetProcessById(link.ProcessId!.Value).Kill();

        (await link.EventsAsync()).ShouldHaveSingleItem().ShouldBeOfType<EngineEvent.Exited>().Signal.ShouldBe("SIGKILL");
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"type":"unheard-of","at":1}""")]
    [InlineData("""{"type":"exited","at":1}""")]
    public async Task What_is_not_an_event_is_reported_and_the_rest_still_read(string line)
    {
        await using var link = await Shell($"echo '{line}'; {Ready}");

        var events = await link.EventsAsync();

        events.Select(e => e.GetType()).ShouldBe([typeof(EngineEvent.Failed), typeof(EngineEvent.Ready), typeof(EngineEvent.Exited)]);
        var failed = (EngineEvent.Failed)events[0];
        failed.Code.ShouldBe("protocol");
        failed.Text.ShouldContain(line);
    }

    [Fact]
    public async Task What_was_written_before_the_exit_is_read_however_late()
    {
        await using var link = await Shell("i=0; while [ $i -lt 200 ]; do echo '{\"type\":\"load-begun\",\"at\":'$i'}'; i=$((i+1)); done");

        var events = await link.EventsAsync();

        events.OfType<EngineEvent.LoadBegun>().Select(e => e.At.Nanoseconds).ShouldBe(Enumerable.Range(0, 200).Select(i => (long)i));
        events[^1].ShouldBeOfType<EngineEvent.Exited>();
    }

    [Fact]
    public async Task A_grandchild_that_holds_the_streams_open_does_not_hold_up_the_end()
    {
        await using var link = await Shell($"{Ready}; sleep 5 & exit 0");

        var events = await link.EventsAsync();

        events[^1].ShouldBeOfType<EngineEvent.Exited>().ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Disposing_asks_first()
    {
        var link = await Shell("while read line; do case $line in *exit*) exit 7;; esac; done");

        await link.DisposeAsync();

        (await link.EventsAsync())[^1].ShouldBeOfType<EngineEvent.Exited>().ExitCode.ShouldBe(7);
    }

    [Fact]
    public async Task Disposing_kills_what_does_not_leave()
    {
        var link = await Shell($"trap '' TERM; {Ready}; while true; do sleep 60; done");
        (await link.Events.ReadAsync()).ShouldBeOfType<EngineEvent.Ready>();

        await link.DisposeAsync();
        await link.DisposeAsync();

        (await link.EventsAsync())[^1].ShouldBeOfType<EngineEvent.Exited>().Signal.ShouldBe("SIGKILL");
    }

    [Fact]
    public async Task A_command_to_an_engine_that_is_gone_is_no_error()
    {
        await using var link = await Shell("exit 0");
        await link.EventsAsync();

        await link.SendAsync(new EngineCommand.Cancel(), default);
    }

    [Fact]
    public async Task Only_the_end_of_what_it_said_is_kept()
    {
        await using var link = await Shell("i=0; while [ $i -lt 2000 ]; do echo line $i >&2; i=$((i+1)); done");

        var words = (await link.EventsAsync())[^1].ShouldBeOfType<EngineEvent.Exited>().LastWords!;

        words.Length.ShouldBeLessThanOrEqualTo(4096);
        words.ShouldEndWith("line 1999");
    }

    [Theory]
    [InlineData("no-such-engine-anywhere", "in PATH")]
    [InlineData("/no/such/engine", "/no/such/engine")]
    [InlineData("/etc/hostname", "/etc/hostname")]
    public async Task What_cannot_be_started_is_named(string executable, string named)
    {
        var refused = await Should.ThrowAsync<LinkException>(AgentEngine.StartAsync(new LocalLink(Clock), new(executable, []), Clock));

        refused.Message.ShouldContain(named);
    }
}

internal static class EngineEvents
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Everything an engine tells until its events end.</summary>
    public static async Task<IReadOnlyList<EngineEvent>> EventsAsync(this IEngine engine)
    {
        using var patience = new CancellationTokenSource(Patience);
        var events = new List<EngineEvent>();
        await foreach (var e in engine.Events.ReadAllAsync(patience.Token)) { events.Add(e); }
        return events;
    }
}
