using System.Collections.Immutable;
using MELT.Actors.Exports;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Cells;
using static MELT.Actors.Exports.TidyType;

namespace MELT.Host.Exports.Tidy;

/// <summary>One result with what it is a result of. Scope: session, request, phase or cell.</summary>
internal sealed record MetricFact(string? Session, string Scope, string Key, Metric Metric, string? Boundary = null, bool Primary = true, int? Request = null, int? Phase = null, (string Experiment, CellResults Results)? Cell = null)
{
    public Quantity? Quantity => Metric as Quantity;
    public Distribution? Distribution => Metric as Distribution;
}

/// <summary>Tables of results: metrics of sessions, requests and phases, their uncertainty budgets, and the truth of simulated sessions.</summary>
internal static class MetricTables
{
    public static TidyTable<MetricFact> Sessions { get; } = Of(new("metrics", "one row per session, key of docs/metrics.md and boundary")
    {
        { "session", Text, null, "session", m => m.Session },
    });

    public static TidyTable<MetricFact> Requests { get; } = Of(new("request_metrics", "one row per request and key of docs/metrics.md; energy at the primary boundary")
    {
        { "session", Text, null, "session", m => m.Session },
        { "request", Integer, null, "request", m => m.Request },
    });

    public static TidyTable<MetricFact> Phases { get; } = Of(new("phase_energy", "one row per phase and boundary: its gross energy")
    {
        { "session", Text, null, "session", m => m.Session },
        { "position", Integer, null, "position in phases", m => m.Phase },
        { "request", Integer, null, "request; null outside requests", m => m.Request },
    });

    public static TidyTable<MetricFact> Cells { get; } = Of(new("cell_metrics", "one row per cell of an experiment with at least two complete sessions, key of docs/metrics.md and boundary: means over its repetitions; n counts sessions")
    {
        { "experiment", Text, null, "experiment", m => m.Cell?.Experiment },
        { "cell", Text, null, "cell, as in sessions", m => m.Cell?.Results.Cell },
        { "sessions", Integer, null, "complete sessions of the cell", m => m.Cell?.Results.Sessions.Length },
        { "left_out", Integer, null, "sessions of the cell that are not complete", m => m.Cell?.Results.LeftOut.Length },
    });

    public static TidyTable<(MetricFact Of, BudgetLine Line)> Budget { get; } = new("budget", "one row per source of uncertainty of each metric")
    {
        { "session", Text, null, "session; null: of a cell", b => b.Of.Session },
        { "scope", Text, null, "session (metrics), request (request_metrics), phase (phase_energy) or cell (cell_metrics)", b => b.Of.Scope },
        { "experiment", Text, null, "experiment, where it is a cell's", b => b.Of.Cell?.Experiment },
        { "cell", Text, null, "cell, where it is one's", b => b.Of.Cell?.Results.Cell },
        { "request", Integer, null, "request, where it is one's", b => b.Of.Request },
        { "position", Integer, null, "position in phases, where it is one's", b => b.Of.Phase },
        { "key", Text, null, "metric", b => b.Of.Key },
        { "boundary", Text, null, "boundary; null: a metric of time or state", b => b.Of.Boundary },
        { "source", Text, null, "source (docs/metrics.md)", b => b.Line.Source },
        { "u", Real, null, "standard uncertainty in the metric's unit", b => b.Line.U },
        { "correlated", Text, null, "what it is common to: meter, session or interval", b => b.Line.Correlated },
    };

    public static TidyTable<(string Session, string Boundary, string Key, TruthValue Value)> Truth { get; } = new("truth", "one row per metric of a simulated session whose true value is known")
    {
        { "session", Text, null, "session", t => t.Session },
        { "key", Text, null, "metric", t => t.Key },
        { "boundary", Text, null, "boundary it is true at", t => t.Boundary },
        { "value", Real, null, "true value", t => t.Value.Value },
        { "error", Real, null, "measured less true", t => t.Value.Error },
        { "error_over_u95", Real, null, "the same as a share of U", t => t.Value.ErrorOverU95 },
        { "unit", Text, null, "unit of the three", t => MetricUnit.Of(t.Key) },
    };

    /// <summary>Keys of energy once per boundary; where nothing told energy, once with the reason.</summary>
    public static IEnumerable<MetricFact> OfSession(SessionResults results) =>
        Each(results.Metrics, results.Energy).Select(m => new MetricFact(results.Session, "session", m.Key, m.Metric, m.Boundary, m.Primary));

    public static IEnumerable<MetricFact> OfCells(string experiment, IEnumerable<SessionResults> sessions) =>
        from cell in CellMeans.Of(sessions)
        from m in Each(cell.Metrics, cell.Energy)
        select new MetricFact(null, "cell", m.Key, m.Metric, m.Boundary, m.Primary, Cell: (experiment, cell));

    private static IEnumerable<(string Key, Metric Metric, string? Boundary, bool Primary)> Each(ImmutableSortedDictionary<string, Metric> metrics, ImmutableSortedDictionary<string, BoundaryResults> boundaries)
    {
        foreach (var (key, metric) in metrics)
            if (boundaries.IsEmpty || !MetricKeys.Energy.Contains(key)) yield return (key, metric, null, true);
        foreach (var (boundary, energy) in boundaries)
            foreach (var (key, metric) in energy.Metrics)
                yield return (key, metric, boundary, energy.Primary);
    }

    public static IEnumerable<MetricFact> OfRequests(SessionResults results) =>
        from request in results.Requests
        from metric in request.Metrics
        select new MetricFact(results.Session, "request", metric.Key, metric.Value, (metric.Value as Quantity)?.Boundary, Request: request.Index);

    public static IEnumerable<MetricFact> OfPhases(SessionResults results) =>
        from boundary in results.Energy
        from phase in boundary.Value.Phases.Select((told, i) => (Told: told, Position: i))
        select new MetricFact(results.Session, "phase", "energy_joules", phase.Told.EnergyJoules, boundary.Key, boundary.Value.Primary, phase.Told.Request, phase.Position);

    public static IEnumerable<(MetricFact, BudgetLine)> BudgetOf(IEnumerable<MetricFact> facts) =>
        facts.SelectMany(fact => (fact.Quantity?.Budget ?? []).Select(line => (fact, line)));

    private static TidyTable<MetricFact> Of(TidyTable<MetricFact> table)
    {
        table.Add("key", Text, null, "metric (docs/metrics.md)", m => m.Key);
        table.Add("boundary", Text, null, "where energy was observed; null: a metric of time or state, or no energy was observed", m => m.Boundary);
        table.Add("is_primary", Integer, null, "1: of the session's primary boundary, or of none", m => m.Primary ? 1 : 0);
        table.Add("value", Real, null, "value in the unit of this row; of a distribution its mean; null: see reason", m => m.Quantity is { } q ? q.Value : m.Distribution?.Mean);
        table.Add("u95", Real, null, "expanded uncertainty, coverage at least 95 %; null: not known", m => m.Quantity?.U95);
        table.Add("k", Real, null, "coverage factor of u95", m => m.Quantity?.K);
        table.Add("dof", Real, null, "effective degrees of freedom; null beside a u95: effectively infinite", m => m.Quantity?.Dof);
        table.Add("n", Integer, null, "single values it is made of", m => m.Quantity?.N ?? m.Distribution?.N);
        table.Add("sd", Real, null, "standard deviation of the single values", m => m.Quantity is { } q ? q.Sd : m.Distribution?.Sd);
        table.Add("min", Real, null, "least of the single values", m => m.Quantity is { } q ? q.Min : m.Distribution?.Min);
        table.Add("max", Real, null, "greatest of the single values", m => m.Quantity is { } q ? q.Max : m.Distribution?.Max);
        table.Add("p50", Real, null, "median; distributions only", m => m.Distribution?.P50?.Value);
        table.Add("p90", Real, null, "90 % quantile; distributions only", m => m.Distribution?.P90?.Value);
        table.Add("p99", Real, null, "99 % quantile; distributions only", m => m.Distribution?.P99?.Value);
        table.Add("unit", Text, null, "unit of value, u95, sd, min, max and quantiles", m => MetricUnit.Of(m.Key));
        table.Add("method", Text, null, "measured, derived, estimated, refused or absent", m => m.Metric.Method);
        table.Add("clock", Text, null, "quality of the clocks it needs; null: one clock is enough", m => m.Quantity?.Clock);
        table.Add("sensors", Text, null, "sensors, separated by spaces", m => m.Quantity is { Sensors.IsEmpty: false } q ? string.Join(' ', q.Sensors) : null);
        table.Add("reason", Text, null, "code of why there is no value, or no u95", m => m.Metric.Reason?.Code);
        table.Add("reason_text", Text, null, "the same in words", m => m.Metric.Reason?.Text);
        return table;
    }
}
