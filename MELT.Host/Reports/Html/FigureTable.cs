using MELT.Sensors.Analysis.Dialects;

namespace MELT.Host.Reports.Html;

/// <summary>Numbers of another rule beside ours, one table for each session.</summary>
internal static class FigureTable
{
    public static Fragment Of(ResultsDocument document) => Fragment.Of($"{(document.Dialects ?? []).Where(d => d.Figures is { IsEmpty: false }).Select(Of)}");

    private static Fragment Of(DialectResults dialect)
    {
        var figures = dialect.Figures!.Value;
        return Fragment.Of($"""
            <section class="session"><h2>Beside the numbers of “{dialect.Name}”</h2>
            <p class="said">{FigureRow.Summary(figures)}.</p>
            <div class="scroll"><table class="figures-beside"><caption>Session <code>{figures[0].Session}</code>. Their rule: {dialect.Rule}.</caption>
            <thead><tr>{FigureRow.Titles.Select((title, i) => Fragment.Of($"<th scope=\"col\"{Fragment.When(i is 2 or 3, $" class=\"number\"")}>{title}</th>"))}</tr></thead>
            <tbody>{FigureRow.Of(figures, all: true).Select(Row)}</tbody></table></div>
            <ul class="warnings">{FigureRow.Legend(figures).Select(line => Fragment.Of($"<li>{line}</li>"))}</ul>
            </section>

            """);
    }

    private static Fragment Row(FigureRow row) => Fragment.Of($"""
        <tr><th scope="row">{row.Where}</th><td>{row.Field}</td><td class="number">{row.Theirs}</td><td class="number">{row.Ours}</td><td>{row.Defects}</td><td>{row.Explained}</td></tr>

        """);
}
