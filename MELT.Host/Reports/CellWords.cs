using System.Collections.Immutable;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Cells;

namespace MELT.Host.Reports;

/// <summary>How the means of a cell read in every report.</summary>
internal static class CellWords
{
    public const string Explained = "Means over the complete sessions of each cell ± U (95 %): the scatter of the repetitions, and what is common to them all, such as the gain of a meter";

    /// <summary>What all cells have in common (null: nothing), and of each what is its own.</summary>
    public static (string? Common, ImmutableArray<string> Own) Names(ImmutableArray<CellResults> cells)
    {
        if (cells.Length < 2) return (null, [.. cells.Select(cell => cell.Cell)]);
        var parts = cells.Select(cell => cell.Cell.Split(", ")).ToArray();
        var common = parts[0].Where(part => parts.All(p => p.Contains(part))).ToArray();
        return (common.Length > 0 ? string.Join(", ", common) : null, [.. parts.Select(p => p.Where(part => !common.Contains(part)).DefaultIfEmpty(string.Join(", ", p))).Select(own => string.Join(", ", own))]);
    }

    public static Quantity? Of(CellResults cell, string key) => cell.Metrics.GetValueOrDefault(key) as Quantity;

    /// <summary><c>sd 0.21 J, 4.1 J to 4.6 J</c>; of one session alone, that.</summary>
    public static string Scatter(Quantity mean, string key) => mean is { Sd: { } sd, Min: { } least, Max: { } most } && MetricWord.Of(key).Unit is var unit
        ? $"sd {Format.Plain(sd, unit, 2)}, {Format.Plain(least, unit)} to {Format.Plain(most, unit)}"
        : "of one session";

    public static string LeftOut(CellResults cell) => $"{Format.Counted(cell.LeftOut.Length, "session")} not complete, left out";
}
