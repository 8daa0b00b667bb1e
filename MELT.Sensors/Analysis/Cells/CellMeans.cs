using System.Collections.Immutable;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Analysis.Cells;

/// <summary>
/// Means over the repetitions of a cell (docs/metrics.md, "Aggregation"): u² = s²/n + what is common to all of them. Whatever differs from session to session
/// is seen in their scatter s; what belongs to a meter is the same each time, and no number of repetitions makes it smaller. A scatter below what the
/// sessions say of themselves, as of stamps too coarse to differ, is chance: then that counts.
/// </summary>
public static class CellMeans
{
    private const string OfMeter = "meter";

    // The worst of what a mean is made of.
    private static readonly string[] Methods = ["measured", "derived", "estimated"];

    /// <summary>The cells with at least two complete sessions, in the order of their first.</summary>
    public static ImmutableArray<CellResults> Of(IEnumerable<SessionResults> sessions) =>
    [
        .. from session in sessions
           group session by session.Cell into cell
           let complete = cell.Where(s => s.Status == "complete").ToImmutableArray()
           where complete.Length > 1
           select new CellResults
           {
               Cell = cell.Key,
               Sessions = [.. complete.Select(s => s.Session)],
               LeftOut = [.. cell.Except(complete).Select(s => s.Session)],
               Flags = [.. complete.SelectMany(s => s.Flags).Distinct().Order(StringComparer.Ordinal)],
               Metrics = Means([.. complete.Select(s => s.Metrics)]),
               Energy = complete[0].Energy.Where(b => complete.All(s => s.Energy.ContainsKey(b.Key))).ToImmutableSortedDictionary(b => b.Key, b => new BoundaryResults
               {
                   Primary = complete.All(s => s.Energy[b.Key].Primary),
                   Sensors = [.. complete.SelectMany(s => s.Energy[b.Key].Sensors).Distinct()],
                   Metrics = Means([.. complete.Select(s => s.Energy[b.Key].Metrics)]),
               }, StringComparer.Ordinal),
           },
    ];

    private static ImmutableSortedDictionary<string, Metric> Means(ImmutableArray<ImmutableSortedDictionary<string, Metric>> sessions) =>
        sessions[0].Where(m => m.Value is Quantity).ToImmutableSortedDictionary(m => m.Key, m => (Metric)Mean([.. sessions.Select(s => s.GetValueOrDefault(m.Key)).OfType<Quantity>()]), StringComparer.Ordinal);

    /// <summary>The mean of those that have a value; of one that value as it is, and without any the first reason.</summary>
    public static Quantity Mean(IReadOnlyList<Quantity> sessions)
    {
        var known = sessions.Where(q => q.Value is not null).ToArray();
        if (known.Length == 0) return sessions[0];
        if (known.Length == 1) return known[0] with { N = 1, Sd = null, Min = known[0].Value, Max = known[0].Value };
        var values = known.Select(q => q.Value!.Value).ToArray();
        var common = known.SelectMany(q => q.Budget).Where(line => line.Correlated == OfMeter && line.U > 0).GroupBy(line => line.Source)
            .Select(source => new Component(source.Key, source.Sum(line => line.U) / known.Length, OfMeter));
        var unknown = known.FirstOrDefault(q => q.U95 is null)?.Reason;
        var mean = Quantities.Of(values.Average(), [Scatter(known, values), .. common], known.Length, unknown, Methods[known.Max(q => Array.IndexOf(Methods, q.Method))]);
        return mean.Among(values) with
        {
            Boundary = known.Select(q => q.Boundary).Distinct().Count() == 1 ? known[0].Boundary : null,
            Sensors = [.. known.SelectMany(q => q.Sensors).Distinct()],
        };
    }

    private static Component Scatter(Quantity[] sessions, double[] values)
    {
        var seen = Statistics.Repeatability(values).Single();
        var within = Math.Sqrt(sessions.Sum(q => q.Budget.Where(line => line.Correlated != OfMeter).Sum(line => line.U * line.U))) / sessions.Length;
        return within > seen.U ? new("within-sessions", within, "session") : seen;
    }
}
