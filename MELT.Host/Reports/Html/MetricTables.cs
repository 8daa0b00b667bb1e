using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports.Html;

/// <summary>Every metric with its grounds, and the requests they come from.</summary>
internal static class MetricTables
{
    public static Fragment Of(SessionResults session)
    {
        var groups = MetricRow.Of(session.Metrics).GroupBy(row => row.Word.Group);
        return Fragment.Of($"""
            <div class="scroll"><table class="metrics">
            <caption>U covers at least 95 % (k as stated). A number that could not be had says why.</caption>
            <thead><tr><th scope="col">Metric</th><th scope="col" class="number">Value ± U</th><th scope="col" class="number">k</th><th scope="col" class="number">n</th><th scope="col">Method</th><th scope="col">Grounds</th></tr></thead>
            {groups.Select(group => Group(group.Key, [.. group]))}
            </table></div>
            """);
    }

    private static Fragment Group(string name, ImmutableArray<MetricRow> rows) => Fragment.Of($"""
        <tbody><tr class="group"><th scope="rowgroup" colspan="6">{name}</th></tr>
        {rows.Where(row => row.HasValue).Select(Row)}{SilentMetrics.Of(rows).Select(Silent)}</tbody>

        """);

    private static Fragment Row(MetricRow row) => Fragment.Of($"""
        <tr><th scope="row">{row.Word.Label} <code>{row.Word.Key}</code></th><td class="number">{row.Value}</td><td class="number">{row.K}</td><td class="number">{Count(row.Metric)}</td><td><span class="method {Class(row.Method)}">{row.Method}</span></td><td>{Reason(row.Reason)}{Grounds(row)}</td></tr>

        """);

    private static Fragment Silent(SilentMetrics silent) => Fragment.Of($"""
        <tr class="silent"><th scope="row" colspan="4">{(silent.Words is [var one] ? one.Label : $"{silent.Words.Length} metrics")} {silent.Words.Select(word => Fragment.Of($"<code>{word.Key}</code> "))}</th><td><span class="method {Class(silent.Method)}">{silent.Method}</span></td><td>{Reason(silent.Reason)}</td></tr>

        """);

    private static string Count(Metric metric) => metric switch
    {
        Quantity { N: > 0 } quantity => Format.Count(quantity.N),
        Distribution { N: > 0 } distribution => Format.Count(distribution.N),
        _ => "",
    };

    private static Fragment Reason(Notice? reason) => reason is null ? Fragment.Empty : Fragment.Of($"<span class=\"code\">{reason.Code}</span> {reason.Text} ");

    private static Fragment Grounds(MetricRow row) => row.Metric switch
    {
        Quantity quantity => Fragment.Of($"{Facts(quantity, row.Word.Unit)}{Budget(quantity, row.Word.Unit)}"),
        Distribution distribution => Quantiles(distribution, row.Word.Unit),
        _ => Fragment.Empty,
    };

    private static Fragment Facts(Quantity quantity, string unit)
    {
        string?[] facts =
        [
            quantity.Boundary,
            quantity.Sensors.IsEmpty ? null : string.Join(", ", quantity.Sensors),
            quantity is { Min: { } min, Max: { } max, N: > 1 } ? $"{Format.Plain(min, unit)} to {Format.Plain(max, unit)}" : null,
            quantity.Dof is { } dof ? $"{Format.Bare(dof)} degrees of freedom" : null,
            .. quantity.Notes.Where(note => !note.Key.StartsWith("fitted_", StringComparison.Ordinal)).Select(note => $"{note.Key.Replace('_', ' ')} {Note(note.Value, unit)}"),
            quantity.Notes.ContainsKey("fitted_window_seconds") ? "rests on an averaging window fitted to the recording" : null,
        ];
        return Fragment.Of($"{string.Join(" · ", facts.OfType<string>())}");
    }

    private static string Note(string text, string unit) => unit == "B" && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? Format.Plain(bytes, unit) : text;

    private static Fragment Budget(Quantity quantity, string unit) => Fragment.When(!quantity.Budget.IsEmpty, $"""
        <details><summary>budget of {Format.Counted(BudgetShare.Of(quantity).Length, "source")}</summary><table class="budget"><caption>Standard uncertainties, and the share of each in u²</caption><thead><tr><th scope="col">Source</th><th scope="col" class="number">u</th><th scope="col" class="number">Share</th><th scope="col">Shared by</th></tr></thead><tbody>{BudgetShare.Of(quantity).Select(line => Fragment.Of($"<tr><th scope=\"row\">{line.Source}</th><td class=\"number\">{Format.Plain(line.U, unit, 2)}</td><td class=\"number\">{BudgetShare.Percent(line.Share)}</td><td>{Shared(line.Correlated)}</td></tr>"))}</tbody></table></details>
        """);

    private static string Shared(string correlated) => correlated switch
    {
        "meter" => "everything of this meter",
        "session" => "this session",
        "interval" => "nothing else",
        _ => correlated,
    };

    private static Fragment Quantiles(Distribution distribution, string unit)
    {
        (string Name, Quantile? Value)[] quantiles = [("p50", distribution.P50), ("p90", distribution.P90), ("p99", distribution.P99)];
        var lines = quantiles.Where(one => one.Value is not null).Select(one => $"{one.Name} {Format.Plain(one.Value!.Value, unit, 3)} [{Bound(one.Value.Lo, unit)}, {Bound(one.Value.Hi, unit)}]");
        var mean = distribution.Mean is { } value ? $"mean {Format.Plain(value, unit, 3)}" : null;
        var emission = distribution.TokensPerEmission is { } tokens and not 1 ? $"{Format.Ratio(tokens)} tokens per emission" : null;
        return Fragment.Of($"{string.Join(" · ", lines.Append(mean).Append(emission).OfType<string>())}");
    }

    private static string Bound(double? value, string unit) => value is { } bound ? Format.Plain(bound, unit, 3) : "unbounded";

    public static Fragment Requests(SessionResults session)
    {
        if (session.Requests.IsEmpty) return Fragment.Empty;
        return Fragment.Of($"""
            <details{Fragment.When(session.Requests.Length <= 8, $" open=\"open\"")}><summary>Requests ({session.Requests.Length})</summary>
            <div class="scroll"><table><caption>Warm-up requests enter no mean</caption>
            <thead><tr><th scope="col">Request</th><th scope="col" class="number">Prompt</th><th scope="col" class="number">Generated</th><th scope="col" class="number">First token</th><th scope="col" class="number">Decode rate</th><th scope="col" class="number">Whole request</th><th scope="col">Ended by</th><th scope="col">Observed at</th></tr></thead>
            <tbody>{session.Requests.Select(Request)}</tbody></table></div></details>
            """);
    }

    private static Fragment Request(RequestResults request) => Fragment.Of($"""
        <tr><th scope="row">{request.Index}{Fragment.When(request.Warmup, $" <span class=\"tag\">warm-up</span>")}</th><td class="number">{request.Tokens.Prompt}</td><td class="number">{request.Tokens.Generated}</td><td class="number">{Value(request, "ttft_seconds")}</td><td class="number">{Value(request, "decode_tokens_per_second")}</td><td class="number">{Value(request, "e2el_seconds")}</td><td>{request.Stop}</td><td>{request.ObservedAt}</td></tr>

        """);

    private static string Value(RequestResults request, string key) =>
        request.Metrics.GetValueOrDefault(key) is Quantity { Value: { } value } quantity ? Format.Measured(value, quantity.U95, MetricWord.Of(key).Unit) : "–";

    private static string Class(string method) => method is "measured" or "derived" or "estimated" or "refused" or "absent" ? method : "";
}
