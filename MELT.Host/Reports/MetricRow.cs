using System.Collections.Immutable;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>One metric, ready to print; the same row in the terminal, in Markdown and in HTML.</summary>
public sealed record MetricRow(MetricWord Word, string Value, string K, string Method, Notice? Reason, Metric Metric)
{
    /// <summary>Neither refused nor absent.</summary>
    public bool HasValue => Metric.Method is not ("refused" or "absent");

    /// <summary>The rows of <paramref name="metrics"/> in the order of docs/metrics.md, then the others by name.</summary>
    public static ImmutableArray<MetricRow> Of(IReadOnlyDictionary<string, Metric> metrics)
    {
        var known = MetricWord.All.Where(word => metrics.ContainsKey(word.Key));
        var others = metrics.Keys.Where(key => !MetricWord.All.Any(word => word.Key == key)).Select(MetricWord.Of);
        return [.. known.Concat(others).Select(word => Of(word, metrics[word.Key]))];
    }

    private static MetricRow Of(MetricWord word, Metric metric) =>
        new(word, Text(metric, word.Unit), metric is Quantity { K: { } k } ? Format.Ratio(k) : "", metric.Method, metric.Reason, metric);

    private static string Text(Metric metric, string unit) => metric switch
    {
        Quantity { Value: { } value } quantity => Format.Measured(value, quantity.U95, unit),
        Distribution { P50: { } median, P99: { } high } => $"{Format.Plain(median.Value, unit, 3)}, p99 {Format.Plain(high.Value, unit, 3)}",
        Distribution { P50: { } median } => Format.Plain(median.Value, unit, 3),
        Distribution { Mean: { } mean } => Format.Plain(mean, unit, 3),
        _ => "–",
    };
}

/// <summary>Neighbouring metrics that have no value for the same reason, to be said once.</summary>
public sealed record SilentMetrics(ImmutableArray<MetricWord> Words, string Method, Notice? Reason)
{
    public string Label => Words switch
    {
        [var one] => one.Label,
        [var first, ..] => $"{first.Label} and {Words.Length - 1} more",
        _ => "",
    };

    public static ImmutableArray<SilentMetrics> Of(IEnumerable<MetricRow> rows) =>
        [.. rows.Where(row => !row.HasValue).GroupBy(row => (row.Method, row.Reason)).Select(group => new SilentMetrics([.. group.Select(row => row.Word)], group.Key.Method, group.Key.Reason))];
}
