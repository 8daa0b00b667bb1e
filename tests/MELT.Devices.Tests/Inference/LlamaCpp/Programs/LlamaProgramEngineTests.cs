using MELT.Devices.Inference;
using MELT.Devices.Inference.LlamaCpp.Programs;
using MELT.Devices.Links;
using MELT.Devices.Tests.Models;

namespace MELT.Devices.Tests.Inference.LlamaCpp.Programs;

public sealed class LlamaProgramEngineTests(TinyModel model) : IClassFixture<TinyModel>
{
    private static readonly LocalLink Link = new(EngineConversation.Clock);

    [SkippableFact]
    public async Task The_real_command_line_program_answers_with_its_own_counts()
    {
        const int Tries = 5;
        var (program, file) = (RealLlama.Program("llama-cli"), await model.FileAsync());
        IReadOnlyList<EngineEvent> events = [];
        Response response = new([]);
        for (var i = 0; i < Tries && (events.Count == 0 || response.Finished.Counters is null); i++)
        {
            await using var engine = new LlamaCliEngine(Link, new(program, []), EngineConversation.Clock);
            events = await TalkAsync(engine, file.Path, new(0, "hello \"you\"", null, new() { MaxTokens = 6, IgnoreEndOfSequence = true }));
            response = new(events);
            if (response.Finished.Counters is null) { response.Finished.Tokens.ShouldBe(new RequestTokens(0, 0, 0)); }
        }
        Skip.If(response.Finished.Counters is null, $"this build of llama.cpp ended {Tries} times before its log was written");
        events.OfType<EngineEvent.Failed>().ShouldBeEmpty();
        events.OfType<EngineEvent.LoadEnded>().Single().Settings["reloads"].ShouldBe("per-request");
        response.Emissions.Count.ShouldBeInRange(1, 6);
        response.Text.ShouldNotContain("hello");
        response.Text.ShouldNotEndWith("\n");
        response.Begun.At.ShouldBeLessThanOrEqualTo(response.Emissions[0].At);
        var finished = response.Finished;
        (finished.Stop, finished.Tokens.Generated, finished.Counters!.DecodeTokens).ShouldBe(("length", 6, 5));
        finished.Tokens.Evaluated.ShouldBe(finished.Counters.PromptTokens);
        finished.Counters.PromptMilliseconds.ShouldBeGreaterThan(0);
    }

    [SkippableFact]
    public async Task The_real_bench_tells_counters_and_makes_no_instants_up()
    {
        await using var engine = new LlamaBenchEngine(Link, new(RealLlama.Program("llama-bench"), []), EngineConversation.Clock);
        var events = await TalkAsync(engine, (await model.FileAsync()).Path, new(0, null, 16, new() { MaxTokens = 8 }));

        events.Select(e => e.GetType().Name).ShouldBe(["Ready", "LoadEnded", "Finished", "Exited"]);
        var finished = events.OfType<EngineEvent.Finished>().Single();
        finished.Tokens.ShouldBe(new RequestTokens(16, 16, 8));
        (finished.Counters!.PromptTokens, finished.Counters.DecodeTokens).ShouldBe((16, 8));
        finished.Counters.PromptMilliseconds.ShouldBeGreaterThan(0);
        finished.Counters.DecodeMilliseconds.ShouldBeGreaterThan(0);
        var settings = events.OfType<EngineEvent.LoadEnded>().Single().Settings;
        (settings["n_threads"], settings["type_k"]).ShouldBe(("1", "f16"));
    }

    [Fact]
    public async Task A_program_of_another_year_is_followed_by_its_own_words()
    {
        using var folder = new TemporaryFolder();
        var cli = Script(folder, """
            case "$1" in
            --help) printf '  -h, --help\n  -m FNAME, --model FNAME\n  -p PROMPT, --prompt PROMPT\n  --no-display-prompt   no prompt\n  -t N, --threads N\n'; exit 0;;
            --version) echo 'version: 2050 (19122117)' >&2; exit 0;;
            esac
            echo 'generate: n_ctx = 512, n_batch = 512, n_predict = 4, n_keep = 0' >&2
            printf ' Gr\303'; printf '\274n'; printf '\n'; printf 'er [end of text]\n'
            cat >&2 <<LOG
            llama_print_timings:        load time =     525.17 ms
            llama_print_timings:      sample time =       4.28 ms /    21 runs   (    0.20 ms per token,  4909.98 tokens per second)
            llama_print_timings: prompt eval time =    2501.52 ms /    51 tokens (   49.05 ms per token,    20.39 tokens per second)
            llama_print_timings:        eval time =    1041.43 ms /    20 runs   (   52.07 ms per token,    19.20 tokens per second)
            llama_print_timings:       total time =   11653.83 ms
            LOG
            """);
        await using var engine = new LlamaCliEngine(Link, new(cli, []), EngineConversation.Clock);
        var events = await TalkAsync(engine, cli, new(0, "hi", null, new() { MaxTokens = 32 }));

        var response = new Response(events);
        events.OfType<EngineEvent.Ready>().Single().Version.ShouldBe("2050 (19122117)");
        response.Text.ShouldBe(" Grün\ner");
        response.Finished.Stop.ShouldBe("end");
        response.Finished.Tokens.ShouldBe(new RequestTokens(51, 51, 21));
        response.Finished.Counters.ShouldBe(new EngineCounters(2501.52, 51, 1041.43, 20));
    }

    [Fact]
    public async Task A_program_that_says_nothing_of_its_time_has_no_beginning_and_no_count()
    {
        using var folder = new TemporaryFolder();
        var cli = Script(folder, """
            case "$1" in --help) printf '  -m, --model FNAME\n  --no-display-prompt\n'; exit 0;; --version) exit 0;; esac
            printf 'some text'
            """);
        await using var engine = new LlamaCliEngine(Link, new(cli, []), EngineConversation.Clock);
        var events = await TalkAsync(engine, cli, new(0, "hi", null, new()));

        events.OfType<EngineEvent.RequestBegun>().ShouldBeEmpty();
        events.OfType<EngineEvent.Emitted>().ShouldHaveSingleItem().Text.ShouldBe("some text");
        events.OfType<EngineEvent.Finished>().Single().ShouldSatisfyAllConditions(f => f.Tokens.ShouldBe(new RequestTokens(0, 0, 0)), f => f.Counters.ShouldBeNull());
    }

    [Fact]
    public async Task A_program_that_crashes_keeps_its_tokens_and_its_last_words()
    {
        using var folder = new TemporaryFolder();
        var cli = Script(folder, """
            case "$1" in --help) printf '  -m, --model FNAME\n  --no-display-prompt\n'; exit 0;; --version) exit 0;; esac
            printf 'some text'; echo 'GGML_ASSERT: something' >&2; kill -ABRT $$
            """);
        await using var engine = new LlamaCliEngine(Link, new(cli, []), EngineConversation.Clock);
        var events = await TalkAsync(engine, cli, new(0, "hi", null, new()));

        var failed = events.OfType<EngineEvent.Failed>().ShouldHaveSingleItem();
        (failed.Code, failed.Request).ShouldBe(("evaluation-failed", 0));
        failed.Text.ShouldContain("SIGABRT");
        failed.Text.ShouldContain("GGML_ASSERT");
        var finished = events.OfType<EngineEvent.Finished>().Single();
        (finished.Stop, finished.Tokens.Generated).ShouldBe(("failed", 1));
    }

    [Fact]
    public async Task What_a_program_cannot_do_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var cli = Script(folder, "case \"$1\" in --help) printf '  -m, --model FNAME\\n  --no-display-prompt\\n';; esac; exit 0");
        await using var engine = new LlamaCliEngine(Link, new(cli, []), EngineConversation.Clock);

        var events = await TalkAsync(engine, cli, new(0, null, 5, new()));

        events.OfType<EngineEvent.Failed>().ShouldHaveSingleItem().Text.ShouldContain("llama-bench");
        await using var missing = new LlamaCliEngine(Link, new(cli, []), EngineConversation.Clock);
        (await TalkAsync(missing, "/no/such/model", new(0, "hi", null, new()))).OfType<EngineEvent.Failed>().First().Code.ShouldBe("model-not-found");
    }

    private static string Script(TemporaryFolder folder, string body)
    {
        var path = folder.File("llama-old");
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows()) { File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute); }
        return path;
    }

    /// <summary>Hello, load, one request, exit; everything that was told.</summary>
    private static async Task<IReadOnlyList<EngineEvent>> TalkAsync(IEngine engine, string model, EngineCommand.Request request)
    {
        await engine.SendAsync(new EngineCommand.Hello(1, null), default);
        await engine.SendAsync(new EngineCommand.Load(model, new() { Threads = 1 }), default);
        await engine.SendAsync(request, default);
        var events = new List<EngineEvent>();
        while (events is not [.., EngineEvent.Finished]) { events.Add(await engine.Events.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60))); }
        await engine.SendAsync(new EngineCommand.Exit(), default);
        return [.. events, .. await engine.EventsAsync()];
    }
}
