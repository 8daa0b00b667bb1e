using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Cells;
using MELT.Sensors.Analysis.Dialects;
using Spectre.Console;

namespace MELT.Host.Reports;

/// <summary>The report in a terminal: sentences first, then the tables; readable at 80 columns and without colour.</summary>
public static class TerminalReport
{
    /// <summary>Few, so that a page stays one; the other reports show more.</summary>
    private const int MostOperators = 8;

    public static void Show(ResultsDocument document, IAnsiConsole console)
    {
        foreach (var (i, session) in document.Sessions.Index()) Show(session, document.Sessions.Length > 1 ? $"{(i + 1).ToString(CultureInfo.InvariantCulture)} · " : "", console);
        if (document.Sessions.Length > 1) console.Write(TerminalTables.Comparison(document.Sessions));
        if (!document.Cells.IsEmpty) Cells(document.Cells, console);
        foreach (var dialect in document.Dialects ?? []) Dialect(document, dialect, console);
        Footer(document, console);
    }

    private static void Cells(ImmutableArray<CellResults> cells, IAnsiConsole console)
    {
        var names = CellWords.Names(cells);
        console.Write(TerminalTables.Cells(cells, names.Own));
        if (names.Common is { } common) console.MarkupLine(Markup.Escape($"  all: {common}"));
        foreach (var (cell, name) in cells.Zip(names.Own).Where(c => c.First.LeftOut.Length > 0)) console.MarkupLine(Markup.Escape($"  {name}: {CellWords.LeftOut(cell)}"));
        console.MarkupLine($"[grey]  {Markup.Escape(CellWords.Explained)}[/]");
    }

    private static void Dialect(ResultsDocument document, DialectResults dialect, IAnsiConsole console)
    {
        console.MarkupLine(Markup.Escape($"dialect {dialect.Name}: {dialect.Rule}"));
        if (dialect.Figures is { } figures) Figures(figures, console);
        foreach (var value in dialect.Values)
        {
            var told = value is { MeanPowerWatts: { } watts, EnergyJoules: { } joules }
                ? string.Create(CultureInfo.InvariantCulture, $"{watts:0.0000} W over {value.Seconds:0.000} s = {joules:0.0###} J, {value.Samples} samples")
                : $"refused, {Because(value.Reason)}";
            console.MarkupLine(Markup.Escape($"  {value.Sensor}: {told}"));
            var own = document.Sessions.FirstOrDefault(s => s.Session == value.Session)?.Requests.FirstOrDefault(r => r.Index == value.Request)?.Metrics.GetValueOrDefault("mean_power_watts") as Quantity;
            if (own is { Value: { } mean }) console.MarkupLine(Markup.Escape($"  MELT, each reading as long as it lasted: {Format.Spoken(mean, own.U95, "W")}"));
        }
    }

    /// <summary>Another rule's numbers beside ours: how many are explained, then the table and what its names mean.</summary>
    public static void Figures(ImmutableArray<ComparedFigure> figures, IAnsiConsole console)
    {
        if (figures.IsEmpty)
        {
            console.WriteLine("  this session is no recording of the original MELT");
            return;
        }
        console.Write(TerminalTables.Figures(FigureRow.Of(figures)));
        if (FigureRow.Folded(figures) is { } folded) console.MarkupLine(Markup.Escape($"  {folded}"));
        foreach (var line in FigureRow.Legend(figures)) console.MarkupLine($"[grey]  {Markup.Escape(line)}[/]");
        console.MarkupLine(Markup.Escape($"  {FigureRow.Summary(figures)}"));
    }

    private static void Show(SessionResults session, string number, IAnsiConsole console)
    {
        console.Write(new Rule($"[bold]{Markup.Escape(number + SessionTitle.Of(session))}[/]") { Justification = Justify.Left, Style = Style.Parse("grey") });
        console.MarkupLine($"[grey]session {Markup.Escape(session.Session)}, {Markup.Escape(session.Status)}[/]");
        foreach (var caution in Cautions.Of(session)) console.MarkupLine($"[yellow]{Markup.Escape(caution)}[/]");
        console.WriteLine();
        foreach (var sentence in Sentences.Of(session)) console.MarkupLine(Markup.Escape(sentence));
        console.WriteLine();
        Metrics(session, console);
        foreach (var boundary in EnergyRow.Boundaries(session)) Energy(session, boundary, console);
        Operators(PhaseOperators.Of(session), console);
        foreach (var fitted in FittedWindows.Of(session)) console.MarkupLine($"[grey]{Markup.Escape(fitted)}[/]");
        if (!session.Meters.IsEmpty) console.Write(TerminalTables.Meters(session));
        foreach (var line in ClockLines.Of(session)) console.MarkupLine($"[grey]{Markup.Escape(line)}[/]");
        foreach (var line in ClockLines.Rejected(session)) console.MarkupLine($"[yellow]{Markup.Escape(line)}[/]");
        foreach (var warning in session.Warnings) console.MarkupLine($"[yellow]warning[/] {Markup.Escape(warning.Code)}: {Markup.Escape(warning.Text)}");
        console.WriteLine();
    }

    private static void Energy(SessionResults session, string boundary, IAnsiConsole console)
    {
        console.Write(TerminalTables.Energy(session, boundary));
        foreach (var row in EnergyRow.Of(session, boundary).Where(row => BudgetShare.Largest(row.Gross).Length > 0))
            console.MarkupLine($"[grey]  U of {Markup.Escape(row.Name.ToLowerInvariant())}: {Markup.Escape(BudgetShare.Largest(row.Gross))}[/]");
        if (PhaseRow.Of(session, boundary) is not { IsEmpty: false } phases) return;
        var (shown, rest) = PhaseRow.Folded(phases);
        console.Write(TerminalTables.Phases(shown, boundary));
        if (rest is not null) console.MarkupLine(Markup.Escape($"  {rest}"));
        foreach (var reason in PhaseRow.Reasons(shown)) console.MarkupLine(Markup.Escape($"  {reason}"));
        foreach (var row in shown.Where(row => BudgetShare.Largest(row.Energy).Length > 0)) console.MarkupLine($"[grey]  U of {Markup.Escape(row.Name)}: {Markup.Escape(BudgetShare.Largest(row.Energy))}[/]");
    }

    private static void Operators(ImmutableArray<PhaseOperators> phases, IAnsiConsole console)
    {
        foreach (var phase in phases)
        {
            var (shown, others) = OperatorLine.Folded(phase.ByOperator, MostOperators);
            console.Write(TerminalTables.Operators(phase.Title, shown));
            if (others is not null) console.MarkupLine(Markup.Escape($"  {others}"));
            foreach (var by in phase.Further) console.MarkupLine(Markup.Escape($"  {by}"));
        }
        if (!phases.IsEmpty) console.MarkupLine($"[grey]{Markup.Escape(PhaseOperators.Explained)}[/]");
    }

    private static void Metrics(SessionResults session, IAnsiConsole console)
    {
        var rows = MetricRow.Of(session.Metrics).Where(row => row.Word.Main).ToArray();
        if (rows.Any(row => row.HasValue)) console.Write(TerminalTables.Metrics(rows));
        foreach (var row in rows.Where(row => row.HasValue && row.Reason is not null)) console.MarkupLine(Markup.Escape($"  {row.Word.Label}: U unknown, {Because(row.Reason)}"));
        foreach (var silent in SilentMetrics.Of(rows)) console.MarkupLine(Markup.Escape($"  {silent.Label}: {silent.Method}, {Because(silent.Reason)}"));
    }

    private static string Because(Notice? reason) => reason is null ? "no reason given" : $"{reason.Code}: {reason.Text}";

    private static void Footer(ResultsDocument document, IAnsiConsole console)
    {
        console.MarkupLine($"[grey]experiment {Markup.Escape(document.Experiment)}, analysis {Markup.Escape(document.Analysis)}, U covers at least 95 %[/]");
        if (document.Report is not { } report) return;
        if (report.Html is { } html) console.MarkupLine($"report   {Markup.Escape(html)}");
        console.MarkupLine($"[grey]results  {Markup.Escape(report.Sha256)}[/]");
    }
}
