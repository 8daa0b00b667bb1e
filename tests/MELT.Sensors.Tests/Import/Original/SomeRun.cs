using System.Globalization;
using System.Text.Json;

namespace MELT.Sensors.Tests.Import.Original;

/// <summary>Small run folders of the original MELT, for tests to spoil.</summary>
internal static class SomeRun
{
    public const double Begin = 1_707_000_000;

    /// <summary>A run of the command line on a phone: load, then prompts of 2 s every 10 s; nothing stamped on the phone.</summary>
    public static string Terminal(string folder, params string[] prompts)
    {
        var run = Directory.CreateDirectory(Path.Combine(folder, "Pixel_6a", "LlamaCpp", "org_model", "org_model-q4_k.gguf", "run_cs512_mgl32_bs128")).FullName;
        var measurements = Directory.CreateDirectory(Path.Combine(run, "melt_measurements")).FullName;
        Power(run, 20 + 10 * prompts.Length, [(5, 9), .. prompts.Select((_, i) => (10.0 + 10 * i, 12.0 + 10 * i))]);
        File.WriteAllText(Path.Combine(measurements, "measurements_iter0_conv0.csv"), "start_date,duration,state\r\n" + Row(Begin + 5, 4, "load_model")
            + string.Concat(prompts.Select((text, i) => Row(Begin + 10 + 10 * i, 2, text.Replace("\n", "\\n", StringComparison.Ordinal)))));
        File.WriteAllText(Path.Combine(measurements, "llm_output_iter0_conv0.txt"), "spawn ./main\n" + string.Concat(prompts.Select(_ =>
            "llama_print_timings: prompt eval time =     500.00 ms /    10 tokens (   50.00 ms per token,    20.00 tokens per second)\nllama_print_timings:        eval time =    1000.00 ms /     9 runs   (  111.11 ms per token,     9.00 tokens per second)\n")));
        return run;
    }

    /// <summary>A run of an app: two conversations of three prompts each after one load.</summary>
    public static string App(string folder, string records = "questionRecords", bool iso = false)
    {
        var run = Directory.CreateDirectory(Path.Combine(folder, "Pixel_6a", "MLCChat", "org_model-q4f16_1", "run_cs512_mgl32")).FullName;
        Directory.CreateDirectory(Path.Combine(run, "melt_measurements"));
        Power(run, 80, [(5, 8), .. Enumerable.Range(0, 6).Select(i => (10.0 + 10 * i, 12.0 + 10 * i))]);
        File.WriteAllText(Records(run), Json(records, iso));
        return run;
    }

    public static string Records(string run) => Path.Combine(run, "melt_measurements", "measurements_iter0.json");

    private const string Stats = """{"prefill":{"throughput":"14.0 tok/s","total tokens":"7 tok","total time":"0.5 s"},"decode":{"throughput":"9.0 tok/s","total tokens":"9 tok","total time":"1.0 s"}}""";

    private static string Json(string records, bool iso) => JsonSerializer.Serialize(Enumerable.Range(0, 2).Select(c => new Dictionary<string, object>
    {
        ["modelName"] = "org_model-q4f16_1",
        ["modelLoadTime"] = new { start = At(Begin + 5, iso), duration = 3.0 },
        [records] = Enumerable.Range(0, 3).Select(p => new { time = new { start = At(Begin + 10 + 10 * (3 * c + p), iso), duration = 2.0 }, input = $"prompt {c} {p}", output = "answer", original_session_tokens = -1, input_tokens = 7, output_tokens = 9, runtimeStats = Stats }),
    }), Indented);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static object At(double seconds, bool iso) => iso ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) : seconds;

    private static string Row(double at, double seconds, string text) => string.Create(CultureInfo.InvariantCulture, $"{at},{seconds},\"{text}\"\r\n");

    // 50 packets of two samples a second; 8 W under load, 1 W at rest.
    private static void Power(string run, double seconds, (double From, double To)[] load)
    {
        File.WriteAllText(Path.Combine(run, ".t_monsoon"), Begin.ToString(CultureInfo.InvariantCulture));
        File.WriteAllText(Path.Combine(run, "measurements_monsoon.csv"), string.Concat(Enumerable.Range(0, (int)(seconds * 50)).Select(i =>
        {
            var (t, milliamperes) = (i / 50.0, load.Any(l => i / 50.0 >= l.From && i / 50.0 < l.To) ? 2000 : 250);
            return string.Create(CultureInfo.InvariantCulture, $"{t},{milliamperes + i % 7},4.0,\n{t},{milliamperes + i % 5},4.0,\n");
        })));
    }
}
