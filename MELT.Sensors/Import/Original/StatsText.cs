using System.Globalization;
using System.Text.Json;

namespace MELT.Sensors.Import.Original;

/// <summary>MLC's statistics of one prompt: a JSON text in the apps' records and in the command line's log, whose keys differ by a space or an underscore.</summary>
internal static class StatsText
{
    /// <summary>Null when there are none, as llama.cpp's app leaves it.</summary>
    public static AppStats? Read(string text)
    {
        if (text.Length == 0) return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind != JsonValueKind.Object ? null : new(Stage(json, "prefill"), Stage(json, "decode"));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static PrintedStage Stage(JsonDocument json, string part) =>
        new(Number(json, part, "throughput"), Number(json, part, "total time", "total_time"), (int?)Number(json, part, "total tokens", "total_tokens")?.Value);

    // "283.4 tok/s"
    private static Printed? Number(JsonDocument json, string part, params ReadOnlySpan<string> names)
    {
        if (!json.RootElement.TryGetProperty(part, out var stage) || stage.ValueKind != JsonValueKind.Object) return null;
        foreach (var name in names)
            if (stage.TryGetProperty(name, out var value) && Printed.Read((value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()).Split(' ')[0]) is { } number) return number;
        return null;
    }
}

/// <summary>A number as it is printed, and half of its last digit.</summary>
internal readonly record struct Printed(double Value, double Half)
{
    public double Relative => Half / Math.Abs(Value);

    public static Printed? Read(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
        ? new(number, 0.5 * Math.Pow(10, text.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point ? point + 1 - text.Length : 0)) : null;
}

/// <summary>Prefill or decode of one prompt as MLC prints it: a rate, a time and a number of tokens.</summary>
internal sealed record PrintedStage(Printed? Rate, Printed? Seconds, int? Tokens)
{
    /// <summary>
    /// Of the two that tell how long it took, the one that was printed with more digits: 0.2 s may be a fourth off, 283.4 tokens/s are not.
    /// </summary>
    public double? Milliseconds => (Rate, Seconds, Tokens) switch
    {
        ({ Value: > 0 } rate, { } seconds, { } tokens) when rate.Relative <= seconds.Relative => tokens / rate.Value * 1000,
        (_, { } seconds, _) => seconds.Value * 1000,
        ({ Value: > 0 } rate, null, { } tokens) => tokens / rate.Value * 1000,
        _ => null,
    };

    /// <summary>How far <see cref="Milliseconds"/> and <see cref="Rate"/> can be from each other by their digits alone, tokens/s.</summary>
    public double? Tolerance => Rate is not { } rate ? null : rate.Half + (Seconds is { Relative: var time } && time < rate.Relative ? rate.Value * time : 0);
}

/// <summary>What MLC says of one prompt.</summary>
internal sealed record AppStats(PrintedStage Prefill, PrintedStage Decode)
{
    /// <summary>Null where it does not say how many tokens were decoded at which rate.</summary>
    public PromptCounts? Counts => this is { Decode: { Rate: { } rate, Tokens: { } tokens, Milliseconds: { } decode, Tolerance: { } tolerance } }
        ? new(Prefill.Milliseconds ?? 0, Prefill.Tokens ?? 0, decode, tokens, Prefill.Rate?.Value ?? double.NaN, rate.Value, Math.Max(tolerance, Prefill.Tolerance ?? 0), null)
        : null;
}
