using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Devices.Inference.LlamaCpp.Programs;

/// <summary>
/// What a llama.cpp program prints of its time at its end, in milliseconds: <c>llama_print_timings:</c> (2023), <c>llama_perf_context_print:</c>
/// (2024) and <c>common_perf_print:</c> (2025). Several blocks in one log are several runs; the last is kept.
/// </summary>
/// <param name="PromptTokens">Tokens of the prompt that were evaluated.</param>
/// <param name="DecodeRuns">Evaluations of one token each. The first token comes out of the prompt's, so n = runs + 1 (docs/metrics.md).</param>
public sealed partial record LlamaTimings(double? LoadMilliseconds, double PromptMilliseconds, int PromptTokens, double DecodeMilliseconds, int DecodeRuns)
{
    /// <summary>Tokens that were sampled, the one that ended the text included.</summary>
    public int Generated => DecodeRuns + 1;

    public EngineCounters Counters => new(PromptMilliseconds, PromptTokens, DecodeMilliseconds, DecodeRuns);

    /// <summary>Reads a log; null when nothing in it tells both evaluations.</summary>
    public static LlamaTimings? In(IEnumerable<string> log)
    {
        double? load = null;
        (double Milliseconds, int Count)? prompt = null;
        LlamaTimings? timings = null;
        foreach (var line in log)
        {
            if (LoadLine().Match(line) is { Success: true } loaded) { (load, prompt) = (Real(loaded.Groups[1]), null); }
            else if (PromptLine().Match(line) is { Success: true } evaluated) { prompt = (Real(evaluated.Groups[1]), Whole(evaluated.Groups[2])); }
            else if (DecodeLine().Match(line) is { Success: true } decoded && prompt is { } p)
            {
                // llama.cpp prints at least one run; one that took no time was none.
                var (milliseconds, runs) = (Real(decoded.Groups[1]), Whole(decoded.Groups[2]));
                timings = new(load, p.Milliseconds, p.Count, milliseconds, runs == 1 && milliseconds == 0 ? 0 : runs);
            }
        }
        return timings;
    }

    private static double Real(Group text) => double.Parse(text.ValueSpan, CultureInfo.InvariantCulture);

    private static int Whole(Group text) => int.Parse(text.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?:timings|print):\s+load time =\s*([\d.]+) ms", RegexOptions.CultureInvariant)]
    private static partial Regex LoadLine();

    [GeneratedRegex(@"(?:timings|print):\s+prompt eval time =\s*([\d.]+) ms /\s*(\d{1,9}) tokens", RegexOptions.CultureInvariant)]
    private static partial Regex PromptLine();

    [GeneratedRegex(@"(?:timings|print):\s+eval time =\s*([\d.]+) ms /\s*(\d{1,9}) (?:runs|tokens)", RegexOptions.CultureInvariant)]
    private static partial Regex DecodeLine();
}
