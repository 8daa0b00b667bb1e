using System.Diagnostics;
using MELT.Devices.Inference;
using MELT.Devices.Inference.Agent;

namespace MELT.Devices.Tests.Inference;

public sealed class EngineHostTests
{
    [Fact]
    public async Task Hello_is_answered_in_the_clock_of_the_parent()
    {
        await using var engine = EngineConversation.With(new Patient());
        await engine.SendAsync(new EngineCommand.Hello(1, EngineConversation.Clock.Anchor));

        var ready = await engine.NextAsync<EngineEvent.Ready>();

        (ready.Engine, ready.Version, ready.ProcessId).ShouldBe(("patient", "1", Environment.ProcessId));
        ready.Clock.Domain.ShouldBe(EngineConversation.Clock.Domain);
        ready.Clock.LatenessNanoseconds.ShouldBeInRange(1, 1e6);
        ready.At.ShouldBeLessThan(EngineConversation.Clock.Now);
    }

    [Fact]
    public async Task Another_protocol_is_refused()
    {
        await using var engine = EngineConversation.With(new Patient());
        await engine.SendAsync(new EngineCommand.Hello(2, null));

        (await engine.NextAsync<EngineEvent.Failed>()).Code.ShouldBe("protocol");
        (await engine.NextAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("{\"type\":\"dance\"}")]
    public async Task What_is_no_command_is_reported_and_the_next_one_heard(string line)
    {
        await using var engine = EngineConversation.With(new Patient());
        await engine.SendLineAsync(line);
        await engine.SendLineAsync("");
        await engine.SendAsync(new EngineCommand.Hello(1, null));

        var failed = await engine.NextAsync<EngineEvent.Failed>();
        failed.Code.ShouldBe("protocol");
        failed.Text.ShouldContain(line);
        await engine.NextAsync<EngineEvent.Ready>();
    }

    [Fact]
    public async Task Cancel_reaches_the_running_request_and_not_the_next()
    {
        await using var engine = EngineConversation.With(new Patient());
        await engine.SendAsync(new EngineCommand.Request(0, null, 1, new()));
        await engine.NextAsync<EngineEvent.RequestBegun>();
        await engine.SendAsync(new EngineCommand.Cancel());
        (await engine.NextAsync<EngineEvent.Finished>()).Stop.ShouldBe("cancelled");

        await engine.SendAsync(new EngineCommand.Request(1, "at once", null, new()));

        (await engine.NextAsync<EngineEvent.Finished>()).Stop.ShouldBe("end");
    }

    [Fact]
    public async Task Exit_ends_it_even_while_a_request_runs()
    {
        await using var engine = EngineConversation.With(new Patient());
        await engine.SendAsync(new EngineCommand.Request(0, null, 1, new()));
        await engine.NextAsync<EngineEvent.RequestBegun>();

        await engine.SendAsync(new EngineCommand.Exit());

        (await engine.NextAsync<EngineEvent.Finished>()).Stop.ShouldBe("cancelled");
        await engine.EndedAsync();
    }

    [Fact]
    public async Task A_defect_of_the_engine_is_reported_and_does_not_end_it()
    {
        await using var engine = EngineConversation.With(new Patient());
        await engine.SendAsync(new EngineCommand.Load("explode", new()));
        await engine.SendAsync(new EngineCommand.Request(0, "explode", null, new()));
        await engine.SendAsync(new EngineCommand.Request(1, "at once", null, new()));

        var load = await engine.NextAsync<EngineEvent.Failed>();
        (load.Code, load.Request).ShouldBe(("load-failed", null));
        load.Text.ShouldContain("bang");
        var request = await engine.NextAsync<EngineEvent.Failed>();
        (request.Code, request.Request).ShouldBe(("evaluation-failed", 0));
        (await engine.NextAsync<EngineEvent.Finished>()).Stop.ShouldBe("failed");
        (await engine.NextAsync<EngineEvent.Finished>()).Stop.ShouldBe("end");
    }

    [Fact]
    public async Task An_exercise_loads_the_processors_in_its_pattern_and_tells_its_edges()
    {
        await using var engine = EngineConversation.With(new Patient());
        await engine.SendAsync(new EngineCommand.Hello(1, EngineConversation.Clock.Anchor));
        await engine.NextAsync<EngineEvent.Ready>();
        var (before, busy) = (EngineConversation.Clock.Now, Process.GetCurrentProcess().TotalProcessorTime);

        await engine.SendAsync(new EngineCommand.Exercise("01101", 0.05, 1));

        var told = await engine.NextAsync<EngineEvent.Exercised>();
        told.Edges.Count.ShouldBe(4);
        told.Edges.Zip(told.Edges.Skip(1)).ShouldAllBe(pair => pair.First < pair.Second);
        (told.Edges[0] - before).ShouldBeGreaterThanOrEqualTo(50_000_000);
        (told.Edges[1] - told.Edges[0]).ShouldBeInRange(20_000_000, 2_000_000_000);
        told.Edges[^1].ShouldBeLessThanOrEqualTo(told.At);
        (Process.GetCurrentProcess().TotalProcessorTime - busy).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(30), "load is load");
    }

    [Fact]
    public async Task A_cancelled_exercise_ends_at_once_and_with_rest()
    {
        await using var engine = EngineConversation.With(new Patient());
        await engine.SendAsync(new EngineCommand.Hello(1, EngineConversation.Clock.Anchor));
        await engine.NextAsync<EngineEvent.Ready>();
        await engine.SendAsync(new EngineCommand.Exercise("10", 300, 1));

        await engine.SendAsync(new EngineCommand.Cancel());

        var told = await engine.NextAsync<EngineEvent.Exercised>();
        (told.Edges.Count % 2).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_no_pattern_is_refused()
    {
        await using var engine = EngineConversation.With(new Patient());
        await engine.SendAsync(new EngineCommand.Exercise("1?0", 0.02));

        (await engine.NextAsync<EngineEvent.Failed>()).Code.ShouldBe("protocol");
    }

    /// <summary>Answers "at once" at once, and everything else when it is cancelled.</summary>
    private sealed class Patient : IEngineHandler
    {
        public EngineIdentity? TryStart(out string? reason)
        {
            reason = null;
            return new("patient", "1");
        }

        public void Load(EngineCommand.Load command, EngineOutput output, CancellationToken stop) => throw new InvalidOperationException("bang");

        public void Evaluate(EngineCommand.Request command, EngineOutput output, CancellationToken cancelled)
        {
            if (command.Prompt == "explode") { throw new InvalidOperationException("bang"); }
            if (command.Prompt is null)
            {
                output.Write(new EngineEvent.RequestBegun(output.Now, command.Index));
                cancelled.WaitHandle.WaitOne();
            }
            output.Write(new EngineEvent.Finished(output.Now, command.Index, cancelled.IsCancellationRequested ? "cancelled" : "end", new(0, 0, 0), null));
        }

        public void Dispose() { }
    }
}
