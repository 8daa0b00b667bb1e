using MELT.Devices.Inference;
using MELT.Devices.Inference.Commands;
using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Inference;

public sealed class CommandEngineTests
{
    private static readonly HostClock Clock = HostClock.Start(TimeProvider.System);
    private static readonly EngineCommand.Request Run = new(0, null, null, new());
    private readonly StringWriter _passedOn = new();

    private CommandEngine Shell(string script) => new(new LocalLink(Clock), new("/bin/sh", ["-c", script]), Clock, _passedOn);

    [Fact]
    public async Task A_run_is_one_request_from_start_to_exit_with_marks_between()
    {
        await using var engine = Shell("echo to output; echo MELT_MARK warm-up >&2; echo to error >&2; echo MELT_MARK main phase >&2; exit 3");
        await engine.SendAsync(new EngineCommand.Hello(1, Clock.Anchor), default);
        await engine.SendAsync(new EngineCommand.Load("", new()), default);
        engine.ProcessId.ShouldBeNull();
        await engine.SendAsync(Run, default);
        engine.ProcessId.ShouldNotBeNull();

        var events = await engine.EventsAsync();

        events.Select(e => e.GetType().Name).ShouldBe(["Ready", "RequestBegun", "Marked", "Marked", "Finished", "Exited"]);
        var ready = (EngineEvent.Ready)events[0];
        (ready.Engine, ready.Clock.Domain).ShouldBe(("command", Clock.Domain));
        ready.Clock.LatenessNanoseconds.ShouldBeGreaterThan(0);
        events.OfType<EngineEvent.Marked>().Select(m => m.Name).ShouldBe(["warm-up", "main phase"]);
        var finished = (EngineEvent.Finished)events[^2];
        (finished.Stop, finished.Tokens).ShouldBe(("exit", new RequestTokens(0, 0, 0)));
        var exited = (EngineEvent.Exited)events[^1];
        (exited.ExitCode, exited.Signal, exited.LastWords).ShouldBe((3, null, "to error"));
        events.Select(e => e.At).ShouldBeInOrder();
        _passedOn.ToString().ShouldContain("to output");
        _passedOn.ToString().ShouldContain("to error");
        _passedOn.ToString().ShouldNotContain("MELT_MARK");
    }

    [Fact]
    public async Task A_command_that_dies_by_a_signal_says_which()
    {
        await using var engine = Shell("kill -ABRT $$");
        await engine.SendAsync(Run, default);

        (await engine.EventsAsync())[^1].ShouldBeOfType<EngineEvent.Exited>().Signal.ShouldBe("SIGABRT");
    }

    [Fact]
    public async Task Cancelling_ends_the_command()
    {
        await using var engine = Shell("echo MELT_MARK running >&2; while true; do sleep 60; done");
        await engine.SendAsync(Run, default);
        (await engine.Events.ReadAsync()).ShouldBeOfType<EngineEvent.RequestBegun>();
        (await engine.Events.ReadAsync()).ShouldBeOfType<EngineEvent.Marked>();

        await engine.SendAsync(new EngineCommand.Cancel(), default);

        var events = await engine.EventsAsync();
        events[0].ShouldBeOfType<EngineEvent.Finished>().Stop.ShouldBe("cancelled");
        events[1].ShouldBeOfType<EngineEvent.Exited>().Signal.ShouldBe("SIGTERM");
    }

    [Fact]
    public async Task Leaving_before_the_run_still_ends_the_events()
    {
        await using var engine = Shell("true");
        await engine.SendAsync(new EngineCommand.Exit(), default);

        (await engine.EventsAsync()).ShouldHaveSingleItem().ShouldBeOfType<EngineEvent.Exited>().ExitCode.ShouldBeNull();
    }

    [Fact]
    public async Task A_command_runs_once()
    {
        await using var engine = Shell("read wait < /dev/null; sleep 60");
        await engine.SendAsync(Run, default);
        await engine.SendAsync(Run, default);
        await engine.SendAsync(new EngineCommand.Exit(), default);

        (await engine.EventsAsync()).OfType<EngineEvent.Failed>().ShouldHaveSingleItem().Code.ShouldBe("protocol");
    }

    [Fact]
    public void A_missing_executable_is_named_before_anything_is_measured() =>
        Should.Throw<LinkException>(() => new CommandEngine(new LocalLink(Clock), new("no-such-command-anywhere", []), Clock, _passedOn)).Message.ShouldContain("no-such-command-anywhere");

    [Fact]
    public async Task An_executable_that_cannot_be_started_ends_the_events()
    {
        using var folder = new Models.TemporaryFolder();
        var script = folder.File("broken");
        await File.WriteAllTextAsync(script, "#!/no/such/interpreter\n");
        if (!OperatingSystem.IsWindows()) { File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute); }
        await using var engine = new CommandEngine(new LocalLink(Clock), new(script, []), Clock, _passedOn);

        await engine.SendAsync(Run, default);

        var events = await engine.EventsAsync();
        events[0].ShouldBeOfType<EngineEvent.Failed>().Text.ShouldContain(script);
        events[1].ShouldBeOfType<EngineEvent.Exited>();
    }
}
