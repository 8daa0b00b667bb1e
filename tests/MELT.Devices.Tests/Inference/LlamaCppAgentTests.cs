using System.Diagnostics;
using MELT.Devices.Inference;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Links;
using MELT.Devices.Tests.Models;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Inference;

/// <summary>llama.cpp in a child process at the end of a local link, as every measurement has it.</summary>
public sealed class LlamaCppAgentTests(TinyModel model) : IClassFixture<TinyModel>
{
    private static readonly HostClock Clock = HostClock.Start(TimeProvider.System);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static async Task<T> NextAsync<T>(AgentEngine link) where T : EngineEvent =>
        (await link.Events.ReadAsync().AsTask().WaitAsync(Patience)).ShouldBeOfType<T>();

    private async Task<AgentEngine> LoadedAsync()
    {
        var path = (await model.FileAsync()).Path;
        var link = await AgentEngine.StartAsync(new LocalLink(Clock), AgentProgram.Command, Clock);
        await link.SendAsync(new EngineCommand.Hello(1, Clock.Anchor), default);
        var ready = await NextAsync<EngineEvent.Ready>(link);
        (ready.Engine, ready.ProcessId, ready.Clock.Domain).ShouldBe(("llama.cpp", link.ProcessId, Clock.Domain));
        await link.SendAsync(new EngineCommand.Load(path, new() { Threads = 1 }), default);
        await NextAsync<EngineEvent.LoadBegun>(link);
        await NextAsync<EngineEvent.LoadEnded>(link);
        return link;
    }

    [SkippableFact]
    public async Task A_session_in_a_child_stamps_with_the_clock_of_its_parent()
    {
        var before = Clock.Now;
        await using var link = await LoadedAsync();
        await link.SendAsync(new EngineCommand.Request(0, "Hello world", null, new() { MaxTokens = 8, IgnoreEndOfSequence = true }), default);
        List<EngineEvent> events = [];
        while (events is not [.., EngineEvent.Finished]) { events.Add(await link.Events.ReadAsync().AsTask().WaitAsync(Patience)); }
        await link.SendAsync(new EngineCommand.Exit(), default);
        events.AddRange(await link.EventsAsync());

        events.OfType<EngineEvent.Emitted>().Sum(e => e.Tokens).ShouldBe(8);
        events[^1].ShouldBeOfType<EngineEvent.Exited>().ExitCode.ShouldBe(0);
        events.ShouldAllBe(e => e.At > before && e.At < Clock.Now);
        events.Select(e => e.At).ShouldBeInOrder();
    }

    [SkippableFact]
    public async Task Cancel_is_heard_while_a_request_runs()
    {
        await using var link = await LoadedAsync();
        await link.SendAsync(new EngineCommand.Request(0, null, 4, new() { MaxTokens = 2_000, IgnoreEndOfSequence = true }), default);
        await NextAsync<EngineEvent.RequestBegun>(link);
        await NextAsync<EngineEvent.PromptBegun>(link);
        await NextAsync<EngineEvent.PromptEnded>(link);
        await NextAsync<EngineEvent.Emitted>(link);
        await link.SendAsync(new EngineCommand.Cancel(), default);
        await link.SendAsync(new EngineCommand.Exit(), default);

        var finished = (await link.EventsAsync()).OfType<EngineEvent.Finished>().Single();

        finished.Stop.ShouldBe("cancelled");
        finished.Tokens.Generated.ShouldBeLessThan(2_000);
    }

    [SkippableFact]
    public async Task An_engine_killed_while_it_generates_is_a_recorded_end()
    {
        await using var link = await LoadedAsync();
        await link.SendAsync(new EngineCommand.Request(0, null, 4, new() { MaxTokens = 2_000, IgnoreEndOfSequence = true }), default);
        await NextAsync<EngineEvent.RequestBegun>(link);

        Process.GetProcessById(link.ProcessId!.Value).Kill();

        var events = await link.EventsAsync();
        events.OfType<EngineEvent.Finished>().ShouldBeEmpty();
        events[^1].ShouldBeOfType<EngineEvent.Exited>().Signal.ShouldBe("SIGKILL");
    }

    [SkippableFact]
    public async Task The_agent_dies_with_its_parent_even_when_its_input_stays_open()
    {
        _ = await model.FileAsync();
        // The shell passes its own input on, so only the death of the shell can tell the agent.
        var shell = new LinkCommand("/bin/sh", ["-c", "exec 3<&0; \"$@\" <&3 & wait", "sh", AgentProgram.Command.Executable, .. AgentProgram.Command.Arguments]);
        await using var link = await AgentEngine.StartAsync(new LocalLink(Clock), shell, Clock);
        await link.SendAsync(new EngineCommand.Hello(1, Clock.Anchor), default);
        using var agent = Process.GetProcessById((await NextAsync<EngineEvent.Ready>(link)).ProcessId!.Value);

        Process.GetProcessById(link.ProcessId!.Value).Kill();

        await agent.WaitForExitAsync().WaitAsync(Patience);
    }

    [SkippableFact]
    public async Task The_agent_leaves_when_its_input_ends()
    {
        _ = await model.FileAsync();
        await using var link = await AgentEngine.StartAsync(new LocalLink(Clock), AgentProgram.Command with { Executable = "/bin/sh", Arguments = ["-c", "\"$@\" </dev/null", "sh", "dotnet", .. AgentProgram.Command.Arguments] }, Clock);

        (await link.EventsAsync()).ShouldHaveSingleItem().ShouldBeOfType<EngineEvent.Exited>().ExitCode.ShouldBe(0);
    }
}
