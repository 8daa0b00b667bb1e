using System.Globalization;
using MELT.Host.Reports.Html;
using MELT.Sensors.Analysis.Evaluations;

namespace MELT.Host.Reports.Evaluations;

/// <summary>Accuracy against size as one HTML file that opens offline: a panel per data set, and the same as a table, with repeats flagged.</summary>
public static class EvaluationReport
{
    public static string Write(EvaluationDocument document) => Fragment.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Accuracy against size · MELT</title>
        <style>
        {Fragment.Trusted(EmbeddedText.Read("report.css"))}
        </style>
        </head>
        <body>
        <header><p class="mark">MELT · measured inference</p><h1>Accuracy against size</h1>
        <p class="meta">evaluation <code>{document.Evaluation}</code> · <span class="tag">imported</span> · {Format.Counted(document.Accuracies.Length, "accuracy row")} · {Format.Counted(document.Sizes.Length, "model size")}</p></header>
        <main>
        {Repeats(document)}
        <section class="session"><h2>By data set</h2>
        <p class="note">Every point is one row; its place is the model in memory. A line joins the quantisations of one model in one framework. Rings mark accuracies that repeat.</p>
        {AccuracyPlot.Key(document)}
        {document.Accuracies.Select(p => p.Row.Dataset).Distinct().Order(StringComparer.Ordinal).Select(set => AccuracyPlot.Of(document, set))}
        </section>
        {Table(document)}
        </main>
        </body>
        </html>

        """).ToString();

    private static Fragment Repeats(EvaluationDocument document) => Fragment.When(!document.Repeats.IsEmpty, $"""
        <section class="session"><h2>Repeats</h2>
        <div class="caution" role="note"><p>{Format.Counted(document.Repeats.Length, "value")} stand for several models or quantisations, the same to the last digit. {Format.Count(document.Repeats.Count(r => r.Copied))} of them look copied: two models agree at two quantisations or more. With four digits some of the others are chance; none is left out.</p></div>
        <div class="scroll"><table><thead><tr><th scope="col">Data set</th><th scope="col" class="number">Accuracy</th><th scope="col">Rows</th><th scope="col">What</th></tr></thead>
        <tbody>{document.Repeats.Select(r => Fragment.Of($"<tr><th scope=\"row\">{r.Dataset}</th><td class=\"number\">{Digits(r.Accuracy)}</td><td>{string.Join(", ", r.Rows.Select(Name))}</td><td>{What(r)}</td></tr>\n"))}</tbody></table></div></section>
        """);

    private static Fragment Table(EvaluationDocument document) => Fragment.Of($"""
        <section class="session"><h2>All rows</h2>
        <div class="scroll"><table><thead><tr><th scope="col">Model</th><th scope="col">Quantisation</th><th scope="col">Framework</th><th scope="col">Data set</th><th scope="col" class="number">Accuracy</th><th scope="col" class="number">± standard error</th><th scope="col" class="number">In memory</th></tr></thead>
        <tbody>{document.Accuracies.OrderBy(p => p.Row.Model, StringComparer.Ordinal).ThenBy(p => p.Row.Dataset, StringComparer.Ordinal).Select(Row)}</tbody></table></div></section>
        """);

    private static Fragment Row(AccuracyPoint point) => Fragment.Of($"""
        <tr><th scope="row">{point.Row.Model}</th><td>{point.Row.Quantization ?? "none"}</td><td>{point.Row.Framework}</td><td>{point.Row.Dataset}</td><td class="number">{(point.Row.Accuracy is { } accuracy ? Digits(accuracy) : "not stated")}</td><td class="number">{(point.Row.StandardError is { } error ? Digits(error) : "–")}</td><td class="number">{(point.Bytes is { } bytes ? Format.Plain(bytes, "B", 3) : "not known")}</td></tr>

        """);

    /// <summary>One word for what a repeat looks like.</summary>
    public static string What(AccuracyRepeat repeat) => repeat.Copied ? "looks copied" : repeat.OfSeveralModels ? "different models" : "one model";

    /// <summary>A row in a few words.</summary>
    public static string Name(AccuracyRow row) => $"{row.Model} {row.Quantization ?? "unquantised"} ({row.Framework})";

    private static string Digits(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}
