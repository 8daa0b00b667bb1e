using MELT.Sensors.Analysis;
using Spectre.Console;

namespace MELT.Host.Reports;

/// <summary>The report in a terminal: sentences first, then the tables; readable at 80 columns and without colour.</summary>
public static class TerminalReport
{
    public static void Show(ResultsDocument document, IAnsiConsole console)
    {
        foreach (var session in document.Sessions) Show(session, console);
        if (document.Sessions.Length > 1) console.Write(TerminalTables.Comparison(document.Sessions));
        Footer(document, console);
    }

    private static void Show(SessionResults session, IAnsiConsole console)
    {
        console.Write(new Rule($"[bold]{Markup.Escape(SessionTitle.Of(session))}[/]") { Justification = Justify.Left, Style = Style.Parse("grey") });
        console.MarkupLine($"[grey]session {Markup.Escape(session.Session)}, {Markup.Escape(session.Status)}[/]");
        foreach (var caution in Cautions.Of(session)) console.MarkupLine($"[yellow]{Markup.Escape(caution)}[/]");
        console.WriteLine();
        foreach (var sentence in Sentences.Of(session)) console.MarkupLine(Markup.Escape(sentence));
        console.WriteLine();
        console.Write(TerminalTables.Metrics(session));
        foreach (var boundary in EnergyRow.Boundaries(session)) console.Write(TerminalTables.Energy(session, boundary));
        if (!session.Meters.IsEmpty) console.Write(TerminalTables.Meters(session));
        foreach (var warning in session.Warnings) console.MarkupLine($"[yellow]warning[/] {Markup.Escape(warning.Code)}: {Markup.Escape(warning.Text)}");
        console.WriteLine();
    }

    private static void Footer(ResultsDocument document, IAnsiConsole console)
    {
        console.MarkupLine($"[grey]experiment {Markup.Escape(document.Experiment)}, analysis {Markup.Escape(document.Analysis)}, U covers at least 95 %[/]");
        if (document.Report is not { } report) return;
        if (report.Html is { } html) console.MarkupLine($"report   {Markup.Escape(html)}");
        console.MarkupLine($"[grey]results  {Markup.Escape(report.Sha256)}[/]");
    }
}
