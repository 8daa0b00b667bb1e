using MELT.Devices.Inference;
using MELT.Devices.Inference.OpenAi;
using MELT.Devices.Links;
using MELT.Devices.Tests.Models;

namespace MELT.Devices.Tests.Inference.OpenAi;

public sealed class ServedEngineTests(TinyModel model) : IClassFixture<TinyModel>
{
    [SkippableFact]
    public async Task A_real_server_is_started_asked_and_ended()
    {
        var program = ServerProgram.Llama(RealLlama.Program("llama-server"));
        var file = await model.FileAsync();
        var engine = new ServedEngine(new LocalLink(EngineConversation.Clock), program, EngineConversation.Clock);
        await engine.SendAsync(new EngineCommand.Hello(1, null), default);
        var ready = (await NextAsync(engine)).ShouldBeOfType<EngineEvent.Ready>();
        (ready.Engine, engine.ProcessId).ShouldBe(("llama-server", null));
        ready.Version.ShouldMatch(@"^\d+ \(\w+\)$");

        await engine.SendAsync(new EngineCommand.Load(file.Path, new() { Threads = 1, ContextTokens = 512, KvType = "f16", Mmap = false }), default);
        var begun = (await NextAsync(engine)).ShouldBeOfType<EngineEvent.LoadBegun>();
        engine.ProcessId.ShouldNotBeNull();
        var loaded = (await NextAsync(engine)).ShouldBeOfType<EngineEvent.LoadEnded>();
        loaded.At.ShouldBeGreaterThan(begun.At);
        loaded.Settings["n_ctx"].ShouldBe("512");
        loaded.Settings["n_threads"].ShouldBe("1");
        loaded.Settings["observed_at"].ShouldBe("client");
        loaded.Settings.GetValueOrDefault("not_applied").ShouldBeNull();
        loaded.Model.Quantization.ShouldBe("Q8_0");

        foreach (var request in new EngineCommand.Request[] { new(0, "hello", null, new() { MaxTokens = 8, IgnoreEndOfSequence = true }), new(1, null, 12, new() { MaxTokens = 8, IgnoreEndOfSequence = true }) })
        {
            await engine.SendAsync(request, default);
            var response = await ResponseAsync(engine);
            response.Events.OfType<EngineEvent.Failed>().ShouldBeEmpty();
            response.Emissions.Sum(e => e.Tokens).ShouldBe(8);
            response.Emissions.Select(e => e.At).ShouldBeInOrder();
            response.Begun.At.ShouldBeLessThan(response.Emissions[0].At);
            var finished = response.Finished;
            (finished.Stop, finished.Tokens.Generated, finished.Counters!.DecodeTokens).ShouldBe(("length", 8, 7));
            if (request.PromptTokens is { } tokens) { finished.Tokens.ShouldBe(new RequestTokens(tokens, tokens, 8)); }
            // What the server measured inside lies within what arrived outside.
            finished.Counters.PromptMilliseconds.ShouldBeInRange(0.0001, (response.Emissions[0].At - response.Begun.At) / 1e6);
        }

        var process = System.Diagnostics.Process.GetProcessById(engine.ProcessId!.Value);
        await engine.DisposeAsync();
        process.HasExited.ShouldBeTrue();
        (await engine.EventsAsync()).ShouldHaveSingleItem().ShouldBeOfType<EngineEvent.Exited>();
    }

    [SkippableFact]
    public async Task A_real_server_without_its_model_says_why()
    {
        await using var engine = new ServedEngine(new LocalLink(EngineConversation.Clock), ServerProgram.Llama(RealLlama.Program("llama-server")), EngineConversation.Clock);
        await engine.SendAsync(new EngineCommand.Hello(1, null), default);
        await engine.SendAsync(new EngineCommand.Load("/no/such/model.gguf", new()), default);

        var events = await engine.EventsAsync();
        var failed = events.OfType<EngineEvent.Failed>().ShouldHaveSingleItem();
        failed.Code.ShouldBe("load-failed");
        failed.Text.ShouldContain("/no/such/model.gguf");
        events[^1].ShouldBeOfType<EngineEvent.Exited>().ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_dies_in_the_middle_is_a_cut_stream_and_an_exit()
    {
        // The program is a shell that waits; what listens on its port is scripted.
        await using var server = new ScriptedServer(async e =>
        {
            if (e.Method == "GET")
            {
                await e.JsonAsync(OpenAiConversations.ModelList);
                return;
            }
            await e.StreamAsync();
            await e.ChunkAsync($"data: {OpenAiConversations.Chat("a")}\n\n");
            await e.HangAsync();
        });
        using var folder = new TemporaryFolder();
        var pipe = folder.File("end");
        var script = $"mkfifo {pipe}; echo {{threads}} loading >&2; read why < {pipe}; echo out of luck >&2; exit 7";
        var program = new ServerProgram("sh", ["-c", script.Replace("{threads}", "server", StringComparison.Ordinal), "-t", "{threads}"]) { Port = server.Port };
        await using var engine = new ServedEngine(new LocalLink(EngineConversation.Clock), program, EngineConversation.Clock, new(server.Url) { StallLimit = TimeSpan.FromSeconds(1) });
        await engine.SendAsync(new EngineCommand.Hello(1, null), default);
        await engine.SendAsync(new EngineCommand.Load("some", new()), default);
        await engine.SendAsync(new EngineCommand.Request(0, "hi", null, new()), default);
        while (await NextAsync(engine) is not EngineEvent.Emitted) { }

        await File.WriteAllTextAsync(pipe, "now\n");

        var events = await engine.EventsAsync();
        events.Select(e => e.GetType().Name).ShouldBe(["Failed", "Finished", "Exited"]);
        var exited = (EngineEvent.Exited)events[^1];
        (exited.ExitCode, exited.LastWords!.Contains("out of luck", StringComparison.Ordinal)).ShouldBe((7, true));
    }

    [Fact]
    public void A_template_is_filled_with_what_was_asked_for_and_nothing_else()
    {
        var program = new ServerProgram("serve", ["{model}", "--at={host}:{port}", "-t", "{threads}", "-c", "{context}", "--kv={kv_type}", "{settings}", "last"]);

        program.Fill("m.gguf", 80, new() { ContextTokens = 512 }, ["-fa"]).ShouldBe(["m.gguf", "--at=127.0.0.1:80", "-c", "512", "-fa", "last"]);
    }

    private static Task<EngineEvent> NextAsync(IEngine engine) => engine.Events.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

    private static async Task<Response> ResponseAsync(IEngine engine)
    {
        var events = new List<EngineEvent>();
        while (events is not [.., EngineEvent.Finished]) { events.Add(await NextAsync(engine)); }
        return new(events);
    }
}
