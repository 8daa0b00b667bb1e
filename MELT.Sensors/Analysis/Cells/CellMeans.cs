using System.Collections.Immutable;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Analysis.Cells;

/// <summary>
/// Means over the repetitions of a cell (docs/metrics.md, "Aggregation"): u² = s²/n + what is common to all of them. Whatever differs from session to session
/// is seen in their scatter s; what belongs to a meter is the same each time, and no number of repetitions makes it smaller. A scatter below what the
/// sessions say of themselves, as of stamps too coarse to differ, is chance: the larger U of the two counts.
/// </summary>
public static class CellMeans
{
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
               Metrics = Means(complete.Select(s => s.Metrics)),
               Energy = complete.SelectMany(s => s.Energy).ToLookup(b => b.Key, b => b.Value).ToImmutableSortedDictionary(b => b.Key, AtBoundary, StringComparer.Ordinal),
           },
    ];

    private static BoundaryResults AtBoundary(IEnumerable<BoundaryResults> sessions) => new()
    {
        Primary = sessions.All(s => s.Primary),
        Sensors = [.. sessions.SelectMany(s => s.Sensors).Distinct()],
        Metrics = Means(sessions.Select(s => s.Metrics)),
    };

    private static ImmutableSortedDictionary<string, Metric> Means(IEnumerable<ImmutableSortedDictionary<string, Metric>> sessions) =>
        sessions.SelectMany(s => s).Where(m => m.Value is Quantity).ToLookup(m => m.Key, m => (Quantity)m.Value)
            .ToImmutableSortedDictionary(m => m.Key, m => (Metric)Mean([.. m]), StringComparer.Ordinal);

    /// <summary>The mean of those that have a value; of one that value as it is, and without any the first reason. Energies of different boundaries have none.</summary>
    public static Quantity Mean(IReadOnlyList<Quantity> sessions)
    {
        var known = sessions.Where(q => q.Value is not null).ToArray();
        if (known.Length == 0) return sessions[0];
        if (known.Length == 1) return known[0] with { N = 1, Sd = null, Min = known[0].Value, Max = known[0].Value };
        string?[] boundaries = [.. known.Select(q => q.Boundary).Distinct()];
        if (boundaries.Length > 1) return Quantities.Refused("not-identifiable", $"the sessions were observed at different boundaries ({string.Join(", ", boundaries)}), which are never added");
        var values = known.Select(q => q.Value!.Value).ToArray();
        Component[] common = [.. Common(known)];
        var unknown = known.FirstOrDefault(q => q.U95 is null)?.Reason;
        var method = Methods[known.Max(q => Array.IndexOf(Methods, q.Method))];
        var seen = Quantities.Of(values.Average(), [.. Statistics.Repeatability(values), .. common], known.Length, unknown, method);
        var told = Quantities.Of(values.Average(), [Within(known), .. common], known.Length, unknown, method);
        return (told.U95 > seen.U95 ? told : seen).Among(values) with { Boundary = boundaries[0], Sensors = [.. known.SelectMany(q => q.Sensors).Distinct()] };
    }

    /// <summary>A source counts with its mean over the sessions; several sensors of one session are independent of each other.</summary>
    private static IEnumerable<Component> Common(Quantity[] sessions) =>
        from session in sessions
        from source in session.Budget.Where(IsCommon).GroupBy(line => line.Source, (source, lines) => (Source: source, U: Math.Sqrt(lines.Sum(line => line.U * line.U))))
        group source.U by source.Source into us
        where us.Sum() > 0
        select new Component(us.Key, us.Sum() / sessions.Length, "meter");

    private static Component Within(Quantity[] sessions) =>
        new("within-sessions", Math.Sqrt(sessions.Sum(q => q.Budget.Where(line => !IsCommon(line)).Sum(line => line.U * line.U))) / sessions.Length, "session");

    // Edges and window hold the latency and the window of a sensor, which are as unknown in one session as in the next.
    private static bool IsCommon(BudgetLine line) => line.Correlated == "meter" || line.Source is "edges" or "window";
}
