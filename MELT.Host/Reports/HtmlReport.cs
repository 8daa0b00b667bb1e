using System.Globalization;
using MELT.Host.Reports.Html;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>The report as one HTML file that opens offline: it asks the network for nothing, and its policy forbids it to.</summary>
public static class HtmlReport
{
    private static readonly string[] Compared =
        ["ttft_seconds", "decode_tokens_per_second", "energy_joules", "energy_per_output_token_joules", "peak_memory_bytes"];

    public static string Write(ResultsDocument document, ReportContext context) => Fragment.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="MELT {document.Melt}" />
        <title>{document.Name} · MELT</title>
        <style>
        {Fragment.Trusted(EmbeddedText.Read("uplot.css"))}
        {Fragment.Trusted(EmbeddedText.Read("report.css"))}
        </style>
        </head>
        <body>
        <header><p class="mark">MELT · measured inference</p><h1>{document.Name}</h1>
        <p class="meta">experiment <code>{document.Experiment}</code> · {Format.Counted(document.Sessions.Length, "session")}</p></header>
        <main>
        {CellTable.Of(document, Compared)}
        {Comparison(document)}
        {document.Sessions.Select((session, i) => SessionSection.Of(session, context.PlotsOf(session.Session), i))}
        {FigureTable.Of(document)}
        </main>
        {Footer(document, context)}
        <script>
        {Fragment.Trusted(EmbeddedText.Read("uplot.js"))}
        </script>
        <script>
        {Fragment.Trusted(EmbeddedText.Read("report.js"))}
        </script>
        </body>
        </html>

        """).ToString();

    private static Fragment Comparison(ResultsDocument document) => Fragment.When(document.Sessions.Length > 1, $"""
        <nav aria-label="Sessions"><div class="scroll"><table class="comparison"><caption>The sessions side by side</caption>
        <thead><tr><th scope="col">Session</th>{Compared.Select(key => Fragment.Of($"<th scope=\"col\" class=\"number\">{MetricWord.Of(key).Label}</th>"))}</tr></thead>
        <tbody>{document.Sessions.Select((session, i) => Fragment.Of($"<tr><th scope=\"row\"><a href=\"#session-{i}\">{SessionTitle.Of(session)}</a>{Labels(session)}</th>{Compared.Select(key => Cell(session, key))}</tr>\n"))}</tbody></table></div></nav>
        """);

    private static Fragment Labels(SessionResults session) => Fragment.Of($"""
        {Fragment.When(Cautions.IsSimulated(session), $" <span class=\"tag\">simulated</span>")}{Fragment.When(Cautions.IsSynthetic(session), $" <span class=\"tag\">synthetic</span>")}{Fragment.When(session.Status != "complete", $" <span class=\"tag\">{session.Status}</span>")}
        """);

    private static Fragment Cell(SessionResults session, string key) => session.Metrics.GetValueOrDefault(key) switch
    {
        Quantity { Value: { } value } quantity => Fragment.Of($"<td class=\"number\">{Format.Spoken(value, quantity.U95, MetricWord.Of(key).Unit)}{Fragment.When(quantity.Method is "estimated" or "derived", $" <span class=\"tag\">{quantity.Method}</span>")}</td>"),
        { } silent => Fragment.Of($"<td class=\"number silent\" title=\"{silent.Reason?.Text}\">{silent.Method}</td>"),
        null => Fragment.Of($"<td class=\"number\">–</td>"),
    };

    private static Fragment Footer(ResultsDocument document, ReportContext context) => Fragment.Of($"""
        <footer aria-label="Provenance"><h2>Where these numbers come from</h2>
        <p>Every reading and every token is kept as an event. <code>melt replay {document.Experiment}</code> computes all of this again from the recording and compares the hash. Formulas, methods and uncertainty budgets are in <code>docs/metrics.md</code>.</p>
        <div class="setup">
        {FactList.Of("Experiment", Provenance(document, context))}
        {FactList.Of("Machine that ran MELT", context.Environment)}
        </div>
        <details><summary>Licence of the plotting library uPlot</summary><pre>{EmbeddedText.Read("uplot.licence.txt")}</pre></details>
        </footer>
        """);

    private static IEnumerable<KeyValuePair<string, string>> Provenance(ResultsDocument document, ReportContext context) =>
    [
        .. context.CommandLine.Length > 0 ? [new("command", context.CommandLine)] : (KeyValuePair<string, string>[])[],
        new("MELT", document.Melt),
        new("analysis", document.Analysis),
        new("plan sha256", document.PlanSha256),
        new("results sha256", document.Report?.Sha256 ?? "not computed"),
        new("sessions", document.Sessions.Length.ToString(CultureInfo.InvariantCulture)),
    ];
}
