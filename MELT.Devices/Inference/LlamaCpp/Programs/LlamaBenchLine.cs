using System.Globalization;
using System.Text.Json;

namespace MELT.Devices.Inference.LlamaCpp.Programs;

/// <summary>One test of llama-bench as <c>-o jsonl</c> tells it: so many tokens of a prompt, or so many generated, and how long each repetition took.</summary>
public sealed record LlamaBenchLine(int PromptTokens, int GeneratedTokens, IReadOnlyList<long> Nanoseconds, IReadOnlyDictionary<string, string> Settings)
{
    private static readonly string[] Told =
    [
        "build_commit", "build_number", "cpu_info", "gpu_info", "backends", "model_type", "n_batch", "n_ubatch", "n_threads", "type_k", "type_v", "n_gpu_layers", "flash_attn", "use_mmap", "load_mode",
    ];

    /// <summary>Every test in an output: one object per line, or one list of them as <c>-o json</c> writes where there is no <c>jsonl</c> (2023).</summary>
    public static IEnumerable<LlamaBenchLine> All(string output)
    {
        if (!output.AsSpan().TrimStart().StartsWith("[")) { return output.Split('\n').Select(TryParse).OfType<LlamaBenchLine>(); }
        try
        {
            using var json = JsonDocument.Parse(output);
            return [.. json.RootElement.EnumerateArray().Select(test => TryParse(test.GetRawText())).OfType<LlamaBenchLine>()];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>Null for a line that is no test.</summary>
    public static LlamaBenchLine? TryParse(string line)
    {
        if (!line.AsSpan().TrimStart().StartsWith("{")) { return null; }
        try
        {
            using var json = JsonDocument.Parse(line);
            var test = json.RootElement;
            if (!test.TryGetProperty("n_prompt", out var prompt) || !test.TryGetProperty("n_gen", out var generated) || !test.TryGetProperty("samples_ns", out var samples)) { return null; }
            return new(prompt.GetInt32(), generated.GetInt32(), [.. samples.EnumerateArray().Select(s => s.GetInt64())], Told.Where(key => test.TryGetProperty(key, out _)).ToDictionary(key => key, key => Text(test.GetProperty(key))));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => value.GetRawText(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
