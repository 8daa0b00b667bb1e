using MELT.Host.Reports.Html;
using MELT.Sensors.Analysis.Evaluations;

namespace MELT.Host.Reports.Evaluations;

/// <summary>One data set as a drawing: memory on a logarithmic axis, accuracy upwards, a colour per model, a ring where an accuracy repeats.</summary>
internal static class AccuracyPlot
{
    private const double Width = 760, Height = 320, Left = 56, Bottom = 36, Top = 14, Right = 16;
    private const double Gigabyte = 1e9;
    private static readonly string[] Colours = ["#3b6fb6", "#c8553d", "#4f9d69", "#8e5ea2", "#d19a2a", "#5b8c9e", "#a34b6f"];

    public static Fragment Key(EvaluationDocument document) => Fragment.Of($"""
        <ul class="key" aria-label="Models">{Models(document).Select((model, i) => Fragment.Of($"<li><svg width=\"12\" height=\"12\" style=\"display:inline-block\"><circle cx=\"6\" cy=\"6\" r=\"5\" fill=\"{Colour(i)}\" /></svg> {model}</li>"))}</ul>
        """);

    public static Fragment Of(EvaluationDocument document, string dataset)
    {
        var all = document.Accuracies.Where(p => p.Row.Dataset == dataset).ToArray();
        var points = all.Where(p => p.Bytes > 0 && p.Row.Accuracy is not null).ToArray();
        if (points.Length == 0) return Fragment.Empty;
        var (least, most) = (points.Min(Accuracy), points.Max(Accuracy));
        (least, most) = (Math.Floor(least * 20) / 20, Math.Ceiling(most * 20 + 1e-9) / 20);
        var axes = new Axes(Math.Log2(points.Min(p => p.Bytes!.Value) / Gigabyte) - 0.2, Math.Log2(points.Max(p => p.Bytes!.Value) / Gigabyte) + 0.2, least, most);
        var repeated = document.Repeats.Where(r => r.Dataset == dataset).SelectMany(r => r.Rows).ToHashSet();
        var models = Models(document);
        var unplaced = all.Length - points.Length;
        return Fragment.Of($"""
            <figure class="plot"><svg viewBox="0 0 {Width} {Height}" width="100%" role="img" aria-label="Accuracy on {dataset} against size in memory, {Format.Counted(points.Length, "point")}">
            {Ticks(axes)}
            {points.GroupBy(p => (p.Row.Model, p.Row.Framework)).Where(g => g.Count() > 1).Select(g => Line(g, axes, Colour(Array.IndexOf(models, g.Key.Model))))}
            {points.Select(p => Point(p, axes, Colour(Array.IndexOf(models, p.Row.Model)), repeated.Contains(p.Row)))}
            </svg><figcaption>{dataset}: accuracy against gigabytes in memory{(unplaced > 0 ? $"; {unplaced} rows without a known size or accuracy are in the table only" : "")}</figcaption></figure>
            """);
    }

    private sealed record Axes(double LeastLog, double MostLog, double Least, double Most)
    {
        public double X(double bytes) => Left + (Math.Log2(bytes / Gigabyte) - LeastLog) / (MostLog - LeastLog) * (Width - Left - Right);
        public double Y(double accuracy) => Height - Bottom - (accuracy - Least) / (Most - Least) * (Height - Bottom - Top);
    }

    private static Fragment Ticks(Axes axes)
    {
        var sizes = Enumerable.Range(-2, 9).Select(power => Math.Pow(2, power)).Where(gigabytes => Math.Log2(gigabytes) >= axes.LeastLog && Math.Log2(gigabytes) <= axes.MostLog);
        var steps = Enumerable.Range(0, (int)Math.Round((axes.Most - axes.Least) / 0.05) + 1).Select(i => axes.Least + i * 0.05);
        return Fragment.Of($"""
            {sizes.Select(g => Fragment.Of($"<line x1=\"{Number(axes.X(g * Gigabyte))}\" x2=\"{Number(axes.X(g * Gigabyte))}\" y1=\"{Number(Top)}\" y2=\"{Number(Height - Bottom)}\" stroke=\"currentColor\" stroke-opacity=\".12\" /><text x=\"{Number(axes.X(g * Gigabyte))}\" y=\"{Number(Height - 14)}\" text-anchor=\"middle\" font-size=\"12\" fill=\"currentColor\">{Number(g)} GB</text>"))}
            {steps.Select(a => Fragment.Of($"<line x1=\"{Number(Left)}\" x2=\"{Number(Width - Right)}\" y1=\"{Number(axes.Y(a))}\" y2=\"{Number(axes.Y(a))}\" stroke=\"currentColor\" stroke-opacity=\".12\" /><text x=\"{Number(Left - 8)}\" y=\"{Number(axes.Y(a) + 4)}\" text-anchor=\"end\" font-size=\"12\" fill=\"currentColor\">{Number(a)}</text>"))}
            """);
    }

    private static Fragment Line(IEnumerable<AccuracyPoint> points, Axes axes, string colour) => Fragment.Of($"""
        <polyline fill="none" stroke="{colour}" stroke-opacity=".5" points="{string.Join(' ', points.OrderBy(p => p.Bytes).Select(p => $"{Number(axes.X(p.Bytes!.Value))},{Number(axes.Y(Accuracy(p)))}"))}" />
        """);

    private static Fragment Point(AccuracyPoint point, Axes axes, string colour, bool repeated)
    {
        var (x, y) = (Number(axes.X(point.Bytes!.Value)), Number(axes.Y(Accuracy(point))));
        return Fragment.Of($"""
            {Fragment.When(repeated, $"<circle class=\"repeat\" cx=\"{x}\" cy=\"{y}\" r=\"8\" fill=\"none\" stroke=\"#c00\" stroke-width=\"1.5\" />")}<circle class="accuracy" cx="{x}" cy="{y}" r="4.5" fill="{colour}"><title>{EvaluationReport.Name(point.Row)}: {Number(Accuracy(point))}</title></circle>

            """);
    }

    private static string[] Models(EvaluationDocument document) => [.. document.Accuracies.Select(p => p.Row.Model).Distinct().Order(StringComparer.Ordinal)];
    private static double Accuracy(AccuracyPoint point) => (double)point.Row.Accuracy!.Value;
    private static string Colour(int model) => Colours[model % Colours.Length];
    private static string Number(double value) => FormattableString.Invariant($"{value:0.####}");
}
