using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Cells;

namespace MELT.Host.Reports.Html;

/// <summary>The repetitions of each cell together: means ± U side by side, and where there are several cells a figure for each metric.</summary>
internal static class CellTable
{
    public static Fragment Of(ResultsDocument document, string[] compared)
    {
        if (document.Cells.IsEmpty) return Fragment.Empty;
        var (common, names) = CellWords.Names(document.Cells);
        CellName[] cells = [.. document.Cells.Zip(names, (cell, name) => new CellName(cell, name))];
        return Fragment.Of($"""
            <section class="session" aria-label="Repetitions together"><h2>Repetitions together</h2>
            {Fragment.When(common is not null, $"<p class=\"meta\">All cells: {common}</p>")}
            <div class="scroll"><table class="comparison"><caption>{CellWords.Explained}</caption>
            <thead><tr><th scope="col">Cell</th><th scope="col" class="number">n</th>{compared.Select(key => Fragment.Of($"<th scope=\"col\" class=\"number\">{MetricWord.Of(key).Label}</th>"))}</tr></thead>
            <tbody>{cells.Select(cell => Row(cell, compared))}</tbody></table></div>
            {Fragment.When(cells.Length > 1, $"{compared.Select(key => Figure(cells, key))}")}
            </section>
            """);
    }

    private static Fragment Row(CellName named, string[] compared) => Fragment.Of($"""
        <tr><th scope="row">{named.Name}{named.Cell.Flags.Select(flag => Fragment.Of($" <span class=\"tag\">{flag}</span>"))}{Fragment.When(named.Cell.LeftOut.Length > 0, $"<br /><span class=\"code\">{CellWords.LeftOut(named.Cell)}</span>")}</th><td class="number">{Format.Count(named.Cell.Sessions.Length)}</td>{compared.Select(key => Value(named.Cell, key))}</tr>

        """);

    private static Fragment Value(CellResults cell, string key) => CellWords.Of(cell, key) switch
    {
        { Value: { } value } mean => Fragment.Of($"<td class=\"number\" title=\"{CellWords.Scatter(mean, key)}\">{Format.Spoken(value, mean.U95, MetricWord.Of(key).Unit)}{Fragment.When(mean.Method is "estimated" or "derived", $" <span class=\"tag\">{mean.Method}</span>")}{Fragment.When(mean.N < cell.Sessions.Length, $"<br /><span class=\"code\">n = {Format.Count(mean.N)}</span>")}</td>"),
        { } silent => Fragment.Of($"<td class=\"number silent\" title=\"{silent.Reason?.Text}\">{silent.Method}</td>"),
        null => Fragment.Of($"<td class=\"number\">–</td>"),
    };

    private static Fragment Figure(CellName[] cells, string key)
    {
        var means = cells.Select(cell => (cell.Name, Mean: CellWords.Of(cell.Cell, key))).Where(c => c.Mean?.Value is not null).ToArray();
        if (means.Length < 2) return Fragment.Empty;
        var full = means.Max(c => c.Mean!.Value!.Value + (c.Mean.U95 ?? 0)) * 1.03;
        return Fragment.Of($"""
            <div class="scroll"><table class="energy"><caption>{MetricWord.Of(key).Label}: whiskers are ± U.</caption>
            <thead><tr><th scope="col">Cell</th><th scope="col" class="wide"></th><th scope="col" class="number">Mean ± U</th><th scope="col" class="number">Scatter</th></tr></thead>
            <tbody>{means.Select(c => Bar(c.Name, c.Mean!, key, full))}</tbody></table></div>
            """);
    }

    private static Fragment Bar(string name, Quantity mean, string key, double full)
    {
        var text = Format.Measured(mean.Value!.Value, mean.U95, MetricWord.Of(key).Unit);
        var bar = full > 0 ? EnergyFigure.Bar($"{name}: {text}", "all", mean.Value.Value, mean.U95 ?? 0, full, Fragment.Empty) : Fragment.Empty;
        return Fragment.Of($"""
            <tr><th scope="row">{name}</th><td class="wide">{bar}</td><td class="number">{text}</td><td class="number">{CellWords.Scatter(mean, key)}</td></tr>

            """);
    }

    private sealed record CellName(CellResults Cell, string Name);
}
