using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Sensors.Import.Original;

/// <summary>What the engine counted of one prompt. Rates are as printed: <paramref name="Printed"/> is how far they can be off by their digits, null where they are not printed but worked out.</summary>
internal sealed record PromptCounts(double PrefillMilliseconds, int PrefillTokens, double DecodeMilliseconds, int DecodeTokens, double PrefillRate, double DecodeRate, double? Printed, int? Samples);

/// <summary>The log of a command line: llama.cpp's five lines of timings per prompt, or the statistics that MLC prints when asked.</summary>
internal static partial class TerminalLog
{
    private const double Printed2 = 0.005;
    private const string Asked = ": /stats", Warning = "WARNING: your terminal doesn't support cursor position requests";

    /// <summary>Counts of each prompt; null where they cannot be read.</summary>
    public static List<PromptCounts?> Read(ImportLog log, RecordFile file, int prompts)
    {
        var text = Ansi().Replace(System.Text.Encoding.UTF8.GetString(file.Bytes), "").Replace("\r", "", StringComparison.Ordinal);
        var llama = text.Contains("llama_print_timings:", StringComparison.Ordinal) || (!text.Contains(Asked, StringComparison.Ordinal) && text.Split('\n', 2)[0].Contains("main", StringComparison.Ordinal));
        List<PromptCounts?> found = [.. Enumerable.Range(0, prompts).Select((llama ? OfLast(LlamaCpp(text), prompts) : Mlc(text, prompts)).ElementAtOrDefault)];
        var counted = found.Count(c => c is not null);
        log.Took(file.Path, llama ? "prompts with llama.cpp's timings" : "prompts with MLC's statistics", counted);
        if (counted < prompts) log.Reject(file, null, string.Create(CultureInfo.InvariantCulture, $"{counted} blocks of timings"), string.Create(CultureInfo.InvariantCulture, $"one for each of {prompts} prompts"));
        return found;
    }

    /// <summary>What was printed before the first prompt is of the start.</summary>
    private static List<PromptCounts?> OfLast(List<PromptCounts?> found, int prompts) => found[Math.Max(0, found.Count - prompts)..];

    private static List<PromptCounts?> LlamaCpp(string text)
    {
        var (found, samples, prefill) = (new List<PromptCounts?>(), (int?)null, default(Match));
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

    /// <summary>
    /// The script asks for statistics before each prompt and after the last, and is answered with those of the prompt before: the first answer is of
    /// none. An answer that cannot be read is its own prompt's, and moves no other.
    /// </summary>
    private static List<PromptCounts?> Mlc(string text, int prompts)
    {
        string[] lines = [.. text.Split('\n').Where(line => !line.Contains(Warning, StringComparison.Ordinal))];
        int[] asked = [.. lines.Index().Where(line => line.Item.Contains(Asked, StringComparison.Ordinal)).Select(line => line.Index)];
        if (asked.Length == 0) return OfLast([.. Statistics().Matches(text).Select(block => StatsText.Read(block.Value)?.Counts)], prompts);
        PromptCounts?[] answers = [.. asked.Select((at, i) => Answer(lines[(at + 1)..(i + 1 < asked.Length ? asked[i + 1] : lines.Length)]))];
        // Before any prompt there is nothing to answer: where the first answer can be read, it was asked after prompts only.
        return [.. answers.Skip(answers[0] is not null ? 0 : 1)];
    }

    private static PromptCounts? Answer(string[] lines) => Statistics().Match(string.Join('\n', lines)) is { Success: true } found ? StatsText.Read(found.Value)?.Counts : null;

    // A rate over no time is printed as inf.
    private static double Number(Match line, string group) => line.Groups[group].Value is "inf" ? double.PositiveInfinity : double.Parse(line.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"llama_print_timings: +(?<what>sample|prompt eval|eval) time = +(?<ms>\d+(?:\.\d+)?) ms / +(?<count>\d{1,9}) (?:runs|tokens) +\( *[\d.]+ ms per token, +(?<rate>\d+(?:\.\d+)?|inf) tokens per second\)", RegexOptions.CultureInvariant)]
    private static partial Regex Timing();

    [GeneratedRegex(@"\{\s*""prefill""\s*:\s*\{[^{}]*\}\s*,\s*""decode""\s*:\s*\{[^{}]*\}\s*\}", RegexOptions.CultureInvariant)]
    private static partial Regex Statistics();

    // Control sequences of ECMA-48, and escapes of two characters.
    [GeneratedRegex(@"\e(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])", RegexOptions.CultureInvariant)]
    private static partial Regex Ansi();
}
