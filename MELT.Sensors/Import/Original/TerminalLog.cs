using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Sensors.Import.Original;

/// <summary>What the engine counted of one prompt. Rates are as printed: <paramref name="Printed"/> is half of their last digit, null where they are not printed but worked out.</summary>
internal sealed record PromptCounts(double PrefillMilliseconds, int PrefillTokens, double DecodeMilliseconds, int DecodeTokens, double PrefillRate, double DecodeRate, double? Printed, int? Samples);

/// <summary>The log of a command line: llama.cpp's five lines of timings per prompt, or the statistics that MLC prints when asked.</summary>
internal static partial class TerminalLog
{
    private const double Printed2 = 0.005, Printed1 = 0.05;

    /// <summary>Counts of the last <paramref name="prompts"/> prompts: what was printed before the first of them is of the start.</summary>
    public static List<PromptCounts?> Read(ImportLog log, RecordFile file, int prompts)
    {
        var text = Ansi().Replace(System.Text.Encoding.UTF8.GetString(file.Bytes), "").Replace("\r", "", StringComparison.Ordinal);
        var llama = text.Split('\n', 2)[0].Contains("main", StringComparison.Ordinal) || text.Contains("llama_print_timings:", StringComparison.Ordinal);
        var found = llama ? LlamaCpp(text) : Mlc(text);
        log.Took(file.Path, llama ? "prompts with llama.cpp's timings" : "prompts with MLC's statistics", found.Count);
        if (found.Count < prompts) log.Reject(file, null, string.Create(CultureInfo.InvariantCulture, $"{found.Count} blocks of timings"), string.Create(CultureInfo.InvariantCulture, $"one for each of {prompts} prompts"));
        var surplus = Math.Max(0, found.Count - prompts);
        return [.. Enumerable.Range(0, prompts).Select(i => surplus + i < found.Count ? found[surplus + i] : null)];
    }

    private static List<PromptCounts> LlamaCpp(string text)
    {
        var (found, samples, prefill) = (new List<PromptCounts>(), (int?)null, default(Match));
        foreach (Match line in Timing().Matches(text))
        {
            if (line.Groups["what"].Value == "sample") samples = int.Parse(line.Groups["count"].Value, CultureInfo.InvariantCulture);
            else if (line.Groups["what"].Value == "prompt eval") prefill = line;
            else if (prefill is { } prompt)
            {
                found.Add(new(Number(prompt, "ms"), (int)Number(prompt, "count"), Number(line, "ms"), (int)Number(line, "count"), Number(prompt, "rate"), Number(line, "rate"), Printed2, samples));
                (samples, prefill) = (null, null);
            }
        }
        return found;
    }

    private static List<PromptCounts> Mlc(string text)
    {
        var found = new List<PromptCounts>();
        foreach (Match block in Statistics().Matches(text))
            if (StatsText.Read(block.Value) is { DecodeRate: { } rate, DecodeTokens: { } tokens } stats)
                found.Add(new((stats.PrefillSeconds ?? 0) * 1000, stats.PrefillTokens ?? 0, (stats.DecodeSeconds ?? tokens / rate) * 1000, tokens, stats.PrefillRate ?? double.NaN, rate, Printed1, null));
        return found;
    }

    // A rate over no time is printed as inf.
    private static double Number(Match line, string group) => line.Groups[group].Value is "inf" ? double.PositiveInfinity : double.Parse(line.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"llama_print_timings: +(?<what>sample|prompt eval|eval) time = +(?<ms>[\d.]+) ms / +(?<count>\d+) (?:runs|tokens) +\( *[\d.]+ ms per token, +(?<rate>[\d.]+|inf) tokens per second\)", RegexOptions.CultureInvariant)]
    private static partial Regex Timing();

    [GeneratedRegex(@"\{\s*""prefill""\s*:\s*\{[^{}]*\}\s*,\s*""decode""\s*:\s*\{[^{}]*\}\s*\}", RegexOptions.CultureInvariant)]
    private static partial Regex Statistics();

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]", RegexOptions.CultureInvariant)]
    private static partial Regex Ansi();
}
