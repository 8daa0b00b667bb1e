using System.Diagnostics;
using MELT.Devices.Inference;
using MELT.Devices.Tests.Models;
using MELT.Devices.Time;

namespace MELT.Sensors.Tests.Agents;

/// <summary>What an engine that speaks the agent's messages does, whatever lies between: real llama.cpp on a tiny model.</summary>
public abstract class AgentContract(TinyModel model) : IAsyncLifetime
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    protected HostClock Clock { get; } = HostClock.Start(TimeProvider.System);

    public abstract Task InitializeAsync();
    public abstract Task DisposeAsync();

    /// <summary>An engine to which nothing was said.</summary>
    protected abstract Task<IEngine> OpenAsync();
    /// <summary>What this file is called where the engine is.</summary>
    protected abstract string NameOf(string path);

    protected Task<string> ModelAsync() => PathAsync();

    [SkippableFact]
    public async Task A_request_is_told_in_order_and_the_end_of_the_engine_is_the_last_word()
    {
        var before = Clock.Now;
        await using var engine = await LoadedAsync();
        await engine.SendAsync(new EngineCommand.Request(0, "Hello world", null, new() { MaxTokens = 8, IgnoreEndOfSequence = true }), default);
        var events = await UntilAsync<EngineEvent.Finished>(engine);
        await engine.SendAsync(new EngineCommand.Exit(), default);
        events.AddRange(await RestAsync(engine));

        events.Take(4).Select(e => e.GetType()).ShouldBe([typeof(EngineEvent.RequestBegun), typeof(EngineEvent.PromptBegun), typeof(EngineEvent.PromptEnded), typeof(EngineEvent.Emitted)]);
        events.OfType<EngineEvent.Emitted>().Sum(e => e.Tokens).ShouldBe(8);
        events[^1].ShouldBeOfType<EngineEvent.Exited>().ExitCode.ShouldBe(0);
        events.ShouldAllBe(e => e.At > before && e.At < Clock.Now);
        events.Select(e => e.At).ShouldBeInOrder();
    }

    [SkippableFact]
    public async Task While_a_request_runs_a_probe_is_answered_and_a_cancel_is_heard()
    {
        await using var engine = await LoadedAsync();
        await engine.SendAsync(new EngineCommand.Request(0, null, 4, new() { MaxTokens = 2_000, IgnoreEndOfSequence = true }), default);
        await UntilAsync<EngineEvent.Emitted>(engine);
        var asked = Clock.Now;
        await engine.SendAsync(new EngineCommand.Probe(7), default);
        var probed = (await UntilAsync<EngineEvent.Probed>(engine))[^1].ShouldBeOfType<EngineEvent.Probed>();
        var answered = Clock.Now;
        await engine.SendAsync(new EngineCommand.Cancel(), default);
        var finished = (await UntilAsync<EngineEvent.Finished>(engine))[^1].ShouldBeOfType<EngineEvent.Finished>();

        (probed.Id, probed.At >= asked, probed.At <= answered).ShouldBe((7, true, true));
        finished.Stop.ShouldBe("cancelled");
        finished.Tokens.Generated.ShouldBeLessThan(2_000);
    }

    [SkippableFact]
    public async Task An_engine_that_is_killed_while_it_generates_is_a_recorded_end()
    {
        await using var engine = await LoadedAsync(out var ready);
        await engine.SendAsync(new EngineCommand.Request(0, null, 4, new() { MaxTokens = 2_000, IgnoreEndOfSequence = true }), default);
        await UntilAsync<EngineEvent.RequestBegun>(engine);
        Process.GetProcessById((await ready).ProcessId!.Value).Kill();

        var events = await RestAsync(engine);

        events.OfType<EngineEvent.Finished>().ShouldBeEmpty();
        events[^1].ShouldBeOfType<EngineEvent.Exited>().Signal.ShouldBe("SIGKILL");
        await engine.SendAsync(new EngineCommand.Cancel(), default);       // to one that is gone it does nothing
    }

    [SkippableFact]
    public async Task A_model_that_is_not_there_is_said_so_and_the_engine_lives()
    {
        var path = await PathAsync();
        await using var engine = await OpenAsync();
        await engine.SendAsync(new EngineCommand.Hello(1, Clock.Anchor), default);
        await UntilAsync<EngineEvent.Ready>(engine);
        await engine.SendAsync(new EngineCommand.Load(NameOf(path) + ".not", new() { Threads = 1 }), default);

        (await UntilAsync<EngineEvent.Failed>(engine))[^1].ShouldBeOfType<EngineEvent.Failed>().Code.ShouldBe("model-not-found");

        await engine.SendAsync(new EngineCommand.Load(NameOf(path), new() { Threads = 1 }), default);
        await UntilAsync<EngineEvent.LoadEnded>(engine);
    }

    protected Task<IEngine> LoadedAsync() => LoadedAsync(out _);

    protected Task<IEngine> LoadedAsync(out Task<EngineEvent.Ready> ready)
    {
        var told = new TaskCompletionSource<EngineEvent.Ready>();
        ready = told.Task;
        return Load();

        async Task<IEngine> Load()
        {
            var path = await PathAsync();
            var engine = await OpenAsync();
            await engine.SendAsync(new EngineCommand.Hello(1, Clock.Anchor), default);
            told.SetResult((await UntilAsync<EngineEvent.Ready>(engine))[^1].ShouldBeOfType<EngineEvent.Ready>());
            await engine.SendAsync(new EngineCommand.Load(NameOf(path), new() { Threads = 1 }), default);
            (await UntilAsync<EngineEvent.LoadEnded>(engine)).Select(e => e.GetType()).ShouldBe([typeof(EngineEvent.LoadBegun), typeof(EngineEvent.LoadEnded)]);
            return engine;
        }
    }

    /// <summary>Everything up to the first of this kind.</summary>
    protected static async Task<List<EngineEvent>> UntilAsync<T>(IEngine engine) where T : EngineEvent
    {
        List<EngineEvent> events = [];
        while (events is not [.., T])
        {
            if (!await engine.Events.WaitToReadAsync().AsTask().WaitAsync(Patience)) throw new ShouldAssertException($"no {typeof(T).Name} among {string.Join("; ", events)}");
            if (engine.Events.TryRead(out var told)) events.Add(told);
        }
        return events;
    }

    protected static async Task<List<EngineEvent>> RestAsync(IEngine engine)
    {
        List<EngineEvent> events = [];
        while (await engine.Events.WaitToReadAsync().AsTask().WaitAsync(Patience))
            while (engine.Events.TryRead(out var told)) events.Add(told);
        return events;
    }

    private async Task<string> PathAsync() => (await model.FileAsync()).Path;
}
