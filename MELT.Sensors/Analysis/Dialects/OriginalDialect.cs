using System.Globalization;
using System.Text.RegularExpressions;
using MELT.Sensors.Alignment;
using MELT.Sensors.Import.Original;

namespace MELT.Sensors.Analysis.Dialects;

/// <summary>
/// The numbers of the original MELT (docs/metrics.md, "Dialects") from the recording: energy per token is E(prefill + decode)/n_out by backward rectangles,
/// n_out of llama.cpp being its evaluations, n − 1. Beside each stands ours, and every step between the two is computed, not looked up.
/// </summary>
public static class OriginalDialect
{
    public const string Name = "original";
    private const string Rule = "backward rectangles over the samples strictly inside a window, stamps as written; energy per token = energy of the whole prompt / tokens as the engine counts evaluations";

    /// <summary>A figure for each published number, and for each that the original would have given; none where the session is no recording of the original.</summary>
    public static DialectResults Of(RecordedSession session, OriginalRecord? record)
    {
        if (record is null) return new(Name, Rule, []) { Figures = [] };
        var comparison = new OriginalComparison(session, record);
        var published = record.Figures.ToLookup(f => (f.Conversation, f.Row, f.Field));
        var keys = record.Figures.Select(f => (f.Conversation, f.Row, f.Field)).Concat(comparison.Fields).Distinct();
        return new(Name, Rule, [])
        {
            Figures = [.. keys.Select(key => comparison.Figure(key.Conversation, key.Row, key.Field, published[key].FirstOrDefault()))],
        };
    }
}

/// <summary>A field of the original's tables: what it tells, and of which rail.</summary>
internal sealed partial record OriginalField(string Quantity, string? Rail)
{
    public bool IsCharge => Quantity.StartsWith("discharge", StringComparison.Ordinal);
    public bool IsEnergy => IsCharge || Quantity.StartsWith("energy", StringComparison.Ordinal);
    public bool IsPerToken => Quantity.EndsWith("_pt", StringComparison.Ordinal);

    /// <summary>"energy_pt VDD_IN (mWh)" is energy_pt of VDD_IN.</summary>
    public static OriginalField Parse(string field) => Columns().Match(field) is { Success: true } found
        ? new(found.Groups[1].Value, found.Groups[2].Success ? found.Groups[2].Value : null)
        : new(field.Split(' ')[0], null);

    public static string Named(string quantity, string? rail, string unit) => string.Create(CultureInfo.InvariantCulture, $"{quantity}{(rail is null ? "" : $" {rail}")} ({unit})");

    [GeneratedRegex(@"^(energy|energy_pt|discharge|discharge_pt)(?: (\S+))? \(m[WA]h\)$", RegexOptions.CultureInvariant)]
    private static partial Regex Columns();
}
