using MELT.Devices.Inference;
using MELT.Devices.Inference.LlamaCpp.Programs;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Inference.LlamaCpp.Programs;

/// <summary>Logs of llama.cpp as different years wrote them; the expected values are read off by hand.</summary>
public sealed class LlamaLogTests
{
    private const string Summer2023 = """
        llama_print_timings:        load time =   907.71 ms
        llama_print_timings:      sample time =   301.80 ms /   512 runs   (    0.59 ms per token,  1696.48 tokens per second)
        llama_print_timings: prompt eval time =  6294.68 ms /   271 tokens (   23.23 ms per token,    43.05 tokens per second)
        llama_print_timings:        eval time = 115222.19 ms /   510 runs   (  225.93 ms per token,     4.43 tokens per second)
        llama_print_timings:       total time = 121963.55 ms
        """;

    private const string Winter2024 = """
        llama_perf_sampler_print:    sampling time =     170.97 ms /   136 runs   (    1.26 ms per token,   795.48 tokens per second)
        llama_perf_context_print:        load time =    4450.58 ms
        llama_perf_context_print: prompt eval time =    4245.68 ms /     8 tokens (  530.71 ms per token,     1.88 tokens per second)
        llama_perf_context_print:        eval time =  124973.60 ms /   127 runs   (  984.04 ms per token,     1.02 tokens per second)
        llama_perf_context_print:       total time =  129561.47 ms /   135 tokens
        """;

    private const string Autumn2026 = """
        0.00.053.677 I common_perf_print:    sampling time =       0.30 ms
        0.00.053.692 I common_perf_print:    samplers time =       0.13 ms /    12 tokens
        0.00.053.703 I common_perf_print:        load time =      13.46 ms
        0.00.053.714 I common_perf_print: prompt eval time =       2.55 ms /     6 tokens (    0.43 ms per token,  2352.02 tokens per second)
        0.00.053.723 I common_perf_print:        eval time =       4.23 ms /     5 runs   (    0.85 ms per token,  1181.47 tokens per second)
        0.00.053.732 I common_perf_print:       total time =       7.60 ms /    11 tokens
        0.00.053.742 I common_perf_print: unaccounted time =       0.52 ms /   6.8 %      (total - sampling - prompt eval - eval) / (total)
        """;

    [Theory]
    [InlineData(Summer2023, 907.71, 6294.68, 271, 115222.19, 510)]
    [InlineData(Winter2024, 4450.58, 4245.68, 8, 124973.60, 127)]
    [InlineData(Autumn2026, 13.46, 2.55, 6, 4.23, 5)]
    public void Times_are_read_whatever_the_year_calls_them(string log, double load, double promptTime, int prompt, double decodeTime, int runs)
    {
        var timings = LlamaTimings.In(log.Split('\n')).ShouldNotBeNull();

        timings.ShouldBe(new LlamaTimings(load, promptTime, prompt, decodeTime, runs));
        timings.Generated.ShouldBe(runs + 1);
        timings.Counters.ShouldBe(new EngineCounters(promptTime, prompt, decodeTime, runs));
    }

    [Fact]
    public void The_last_of_several_runs_counts_and_one_run_without_time_was_none()
    {
        var log = $"{Summer2023}\n{Winter2024.Replace("124973.60 ms /   127 runs", "0.00 ms /     1 runs", StringComparison.Ordinal)}";

        LlamaTimings.In(log.Split('\n')).ShouldBe(new LlamaTimings(4450.58, 4245.68, 8, 0, 0));
        LlamaTimings.In(["prompt eval time = 1 ms"]).ShouldBeNull();
    }

    [Theory]
    [InlineData("main: build = 1307 (cb07976)", "1307 (cb07976)")]
    [InlineData("build: 4202 (9f912511) with cc (Ubuntu 13.2.0-23ubuntu4) 13.2.0 for x86_64-linux-gnu", "4202 (9f912511)")]
    [InlineData("version: 3678 (9b2c24c0)\nbuilt with clang version 20.0.0git", "3678 (9b2c24c0)")]
    [InlineData("version: 0.7.0 (build 11669, commit Debian)\nbuilt with GNU 16.2.0 for Linux x86_64", "11669 (Debian)")]
    [InlineData("error: unknown argument: --version", null)]
    public void The_build_is_read_whatever_the_year_calls_it(string words, string? build) => LlamaLog.BuildIn(words).ShouldBe(build);

    [Fact]
    public void Settings_of_2024_are_read_from_what_is_said_while_loading()
    {
        var log = Settings("""
            build: 4202 (9f912511) with cc (Ubuntu 13.2.0-23ubuntu4) 13.2.0 for x86_64-linux-gnu
            system info: n_threads = 12, n_threads_batch = 12, total_threads = 32
            llm_load_tensors: offloaded 33/33 layers to GPU
            llama_new_context_with_model: n_ctx      = 8192
            llama_new_context_with_model: n_batch    = 2048
            llama_new_context_with_model: n_ubatch   = 512
            llama_new_context_with_model: flash_attn = 0
            llama_new_context_with_model: KV self size  = 1024.00 MiB, K (f16):  512.00 MiB, V (q8_0):  512.00 MiB
            """);

        log.ShouldBe(new Dictionary<string, string>
        {
            ["build"] = "4202 (9f912511)",
            ["flash_attn"] = "off",
            ["gpu_layers"] = "33/33",
            ["n_batch"] = "2048",
            ["n_ctx"] = "8192",
            ["n_threads"] = "12",
            ["n_ubatch"] = "512",
            ["type_k"] = "f16",
            ["type_v"] = "q8_0",
        }, ignoreOrder: true);
    }

    [Fact]
    public void Settings_of_2026_are_read_and_what_is_not_said_is_not_there()
    {
        var log = Settings("""
            0.00.009.600 I srv    load_model: loading model 'tiny.gguf'
            0.00.065.178 I cmn          init: llama threadpool init, n_threads = 1
            0.00.070.583 I srv    load_model: initializing, n_slots = 4, n_ctx_slot = 512, kv_unified = 'true'
            """);

        log.ShouldBe(new Dictionary<string, string> { ["n_ctx_slot"] = "512", ["n_slots"] = "4", ["n_threads"] = "1" }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("  -fa,   --flash-attn                enable Flash Attention", true, "-fa")]
    [InlineData("  -fa,   --flash-attn                enable Flash Attention", false, "")]
    [InlineData("-fa,   --flash-attn [on|off|auto]       set Flash Attention use ('on', 'off', or 'auto', default: 'auto')", true, "-fa on")]
    [InlineData("-fa,   --flash-attn [on|off|auto]       set Flash Attention use ('on', 'off', or 'auto', default: 'auto')", false, "-fa off")]
    [InlineData("  -fa, --flash-attn <0|1>                   (default: 0)", true, "-fa 1")]
    public void Flash_attention_is_asked_for_as_the_version_wants_it(string help, bool wanted, string arguments) =>
        string.Join(' ', new LlamaHelp(help).Arguments(new() { FlashAttention = wanted }, out _)).ShouldBe(arguments);

    [Theory]
    [InlineData("  --no-mmap     do not memory-map model\n  --mlock       force system to keep model in RAM", false, true, "--no-mmap --mlock", "")]
    [InlineData("-lm,   --load-mode MODE                 model loading mode (default: auto)", false, true, "--load-mode mlock", "")]
    [InlineData("-lm,   --load-mode MODE                 model loading mode (default: auto)", false, null, "--load-mode none", "")]
    [InlineData("  -mmp, --mmap <0|1>                        (default: 1)", false, null, "-mmp 0", "")]
    [InlineData("  -h, --help", false, true, "", "--no-mmap --mlock")]
    public void Memory_is_asked_for_as_the_version_wants_it_and_what_it_cannot_is_named(string help, bool? mmap, bool? mlock, string arguments, string missing)
    {
        string.Join(' ', new LlamaHelp(help).Arguments(new() { Mmap = mmap, Mlock = mlock }, out var absent)).ShouldBe(arguments);
        string.Join(' ', absent).ShouldBe(missing);
    }

    [Fact]
    public void A_program_that_cannot_time_its_operators_does_not_pass_over_being_asked_to()
    {
        new LlamaHelp("  -h, --help").Arguments(new() { ProfileOperators = true }, out var missing).ShouldBeEmpty();
        missing.ShouldBe(["profile_operators"]);
    }

    [Fact]
    public void An_option_in_a_description_is_not_understood()
    {
        var help = new LlamaHelp("  -t,    --threads N    number of threads, see -tb for batches\n  -cnv,  --conversation, -no-cnv, --no-conversation\n");

        (help.Has("-t"), help.Has("--threads"), help.Has("-tb"), help.Has("-no-cnv")).ShouldBe((true, true, false, true));
    }

    [Fact]
    public void A_bench_of_2025_is_read_line_by_line()
    {
        var tests = LlamaBenchLine.All("""
            {"build_commit": "8cf427ff", "build_number": 5163, "cpu_info": "AMD Ryzen 7 7800X3D 8-Core Processor", "n_threads": 8, "type_k": "f16", "n_gpu_layers": 99, "flash_attn": false, "use_mmap": true, "n_prompt": 512, "n_gen": 0, "avg_ns": 70497220, "samples_ns": [ 71551000, 71222800 ],"samples_ts": [ 7155.74, 7188.71 ]}
            a line of another kind
            {"build_commit": "8cf427ff", "n_threads": 8, "n_prompt": 0, "n_gen": 128, "samples_ns": [ 1076767880 ],"samples_ts": [ 118.88 ]}
            """).ToArray();

        tests.Length.ShouldBe(2);
        (tests[0].PromptTokens, tests[0].GeneratedTokens, tests[0].Nanoseconds.Sum()).ShouldBe((512, 0, 142773800));
        (tests[1].PromptTokens, tests[1].GeneratedTokens, tests[1].Nanoseconds.Sum()).ShouldBe((0, 128, 1076767880));
        (tests[0].Settings["build_number"], tests[0].Settings["flash_attn"], tests[0].Settings["cpu_info"]).ShouldBe(("5163", "false", "AMD Ryzen 7 7800X3D 8-Core Processor"));
        LlamaBenchLine.All("""[{"n_prompt":5,"n_gen":0,"samples_ns":[7]}]""").ShouldHaveSingleItem().PromptTokens.ShouldBe(5);
        LlamaBenchLine.All("[{").ShouldBeEmpty();
    }

    [Fact]
    public void Newlines_at_the_end_are_the_programs_and_those_between_are_the_models()
    {
        var output = new CliOutput();
        var told = new List<CliPiece>();
        foreach (var (text, at) in new[] { (" a", 1L), ("\n", 2), (" b\n", 3), ("c\n", 4), ("\n\n", 5) }) { told.AddRange(output.Add(System.Text.Encoding.UTF8.GetBytes(text), new Stamp(at))); }

        told.Select(p => (p.Text, p.At.Nanoseconds)).ShouldBe([(" a", 1), ("\n", 2), (" b", 3), ("\nc", 4)]);
        output.Ended.ShouldBeFalse();
    }

    private static IReadOnlyDictionary<string, string> Settings(string text)
    {
        var log = new LlamaLog();
        foreach (var line in text.Split('\n')) { log.Add(line); }
        return log.Settings;
    }
}
