using System.Collections.Immutable;
using System.Text;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Cells;
using MELT.Sensors.Analysis.Dialects;

namespace MELT.Host.Reports;

/// <summary>The report to paste: per session the cautions, the sentences and a table; a footer that says how to get the same again.</summary>
public static class MarkdownReport
{
    public static string Write(ResultsDocument document, ReportContext context)
    {
        var page = new StringBuilder();
        Line(page, $"# {Escape(document.Name)}");
        if (!document.Cells.IsEmpty) Cells(page, document.Cells);
        foreach (var session in document.Sessions) Session(page, session);
        foreach (var dialect in document.Dialects ?? []) Figures(page, dialect);
        Footer(page, document, context);
        return page.ToString();
    }

    private static void Cells(StringBuilder page, ImmutableArray<CellResults> cells)
    {
        Line(page, $"\n## Repetitions together\n\n{CellWords.Explained}.");
        foreach (var cell in cells)
        {
            Line(page, $"\n| {Escape(cell.Cell)}{string.Concat(cell.Flags.Select(flag => $" ({flag})"))} | mean ± U (95 %) | n | scatter | method |");
            Line(page, "|---|--:|--:|--:|---|");
            foreach (var row in MetricRow.Of(cell.Metrics).Where(row => row.Word.Main && row.HasValue))
                if (CellWords.Of(cell, row.Word.Key) is { } mean) Line(page, $"| {Escape(row.Word.Label)} | {row.Value} | {Format.Count(mean.N)} | {CellWords.Scatter(mean, row.Word.Key)} | {row.Method}{Reason(row.Reason)} |");
            if (cell.LeftOut.Length > 0) Line(page, $"\n{CellWords.LeftOut(cell)}.");
        }
    }

    private static void Session(StringBuilder page, SessionResults session)
    {
        Line(page, "");
        Line(page, $"## {Escape(SessionTitle.Of(session))}");
        foreach (var caution in Cautions.Of(session))
        {
            Line(page, "");
            Line(page, $"> **{Escape(caution)}**");
        }

        Line(page, "");
        Line(page, Escape(string.Join(" ", Sentences.Of(session))));
        Metrics(page, session);
        foreach (var boundary in EnergyRow.Boundaries(session)) Energy(page, session, boundary);
        Operators(page, PhaseOperators.Of(session));
        foreach (var fitted in FittedWindows.Of(session)) Line(page, $"\n{Escape(fitted)}.");
        foreach (var (i, line) in ClockLines.Of(session).AddRange(ClockLines.Rejected(session)).Index()) Line(page, $"{(i == 0 ? "\n" : "")}* {Escape(line)}");
        foreach (var warning in session.Warnings) Line(page, $"\nWarning `{warning.Code}`: {Escape(warning.Text)}");
    }

    private static void Metrics(StringBuilder page, SessionResults session)
    {
        var rows = MetricRow.Of(session.Metrics).Where(row => row.Word.Main).ToArray();
        Line(page, "");
        Line(page, "| metric | value ± U (95 %) | k | method |");
        Line(page, "|---|--:|--:|---|");
        foreach (var row in rows.Where(row => row.HasValue)) Line(page, $"| {Escape(row.Word.Label)} | {row.Value} | {row.K} | {row.Method}{Reason(row.Reason)} |");
        foreach (var silent in SilentMetrics.Of(rows)) Line(page, $"| {Escape(silent.Label)} | – | | {silent.Method}{Reason(silent.Reason)} |");
    }

    private static void Energy(StringBuilder page, SessionResults session, string boundary)
    {
        var rows = EnergyRow.Of(session, boundary);
        var known = rows.Any(row => row.Truth is not null);
        Line(page, "");
        Line(page, $"| energy at {Escape(boundary)} | gross | net |{(known ? " truth | error/U |" : "")} largest sources of U (share of u²) |");
        Line(page, $"|---|--:|--:|{(known ? "--:|--:|" : "")}---|");
        foreach (var row in rows)
            Line(page, $"| {row.Name} | {EnergyRow.Text(row.Gross)} | {EnergyRow.Text(row.Net)} |{(known ? $" {row.TruthText} | {row.ErrorText} |" : "")} {BudgetShare.Largest(row.Gross)} |");
        if (PhaseRow.Of(session, boundary) is { IsEmpty: false } phases) Phases(page, phases, boundary);
    }

    private static void Phases(StringBuilder page, ImmutableArray<PhaseRow> phases, string boundary)
    {
        var (shown, rest) = PhaseRow.Folded(phases);
        Line(page, "");
        Line(page, $"| phase of the command at {Escape(boundary)} | times | time | energy | mean power | method | largest sources of U (share of u²) |");
        Line(page, "|---|--:|--:|--:|--:|---|---|");
        foreach (var row in shown)
            Line(page, $"| {Escape(row.Name)} | {Format.Count(row.Count)} | {row.Length} | {row.EnergyText} | {row.PowerText} | {row.Method} | {BudgetShare.Largest(row.Energy)} |");
        if (rest is not null) Line(page, $"\n{Escape(rest)}");
        foreach (var reason in PhaseRow.Reasons(shown)) Line(page, $"\n{Escape(reason)}");
    }

    private static void Figures(StringBuilder page, DialectResults dialect)
    {
        if (dialect.Figures is not { IsEmpty: false } figures) return;
        Line(page, $"\n## Beside the numbers of \"{dialect.Name}\"\n\nSession `{figures[0].Session}`: {FigureRow.Summary(figures)}.\n");
        Line(page, $"| {string.Join(" | ", FigureRow.Titles)} |");
        Line(page, "|---|---|--:|--:|---|---|");
        foreach (var row in FigureRow.Of(figures)) Line(page, $"| {Escape(row.Where)} | {row.Field} | {row.Theirs} | {row.Ours} | {row.Defects} | {row.Explained} |");
        if (FigureRow.Folded(figures) is { } folded) Line(page, $"\n{folded}.");
        foreach (var (i, line) in FigureRow.Legend(figures).Index()) Line(page, $"{(i == 0 ? "\n" : "")}* {line}");
    }

    private static void Operators(StringBuilder page, ImmutableArray<PhaseOperators> phases)
    {
        foreach (var phase in phases)
        {
            var (shown, others) = OperatorLine.Folded(phase.ByOperator);
            Line(page, "");
            Line(page, $"| {Escape(phase.Title)} | device | calls | share | wall time | CPU time |");
            Line(page, "|---|---|--:|--:|--:|--:|");
            foreach (var line in shown) Line(page, $"| {Escape(line.Names[0])} | {Escape(line.Names[1])} | {line.CallsText} | {line.Percent} | {line.Wall} | {line.Cpu} |");
            if (others is not null) Line(page, $"\n{others}");
            foreach (var by in phase.Further) Line(page, $"\n{Escape(by)}");
        }
        if (!phases.IsEmpty) Line(page, $"\n{PhaseOperators.Explained}");
    }

    private static void Footer(StringBuilder page, ResultsDocument document, ReportContext context)
    {
        Line(page, "");
        Line(page, "---");
        Line(page, "");
        if (context.CommandLine.Length > 0) Line(page, $"Command `{context.CommandLine.Replace('`', '\'')}`  ");
        Line(page, $"MELT {document.Melt}, analysis {document.Analysis}, experiment `{document.Experiment}`, plan `{Short(document.PlanSha256)}`, results `{Short(document.Report?.Sha256 ?? "")}`  ");
        Line(page, "U covers at least 95 %. `melt replay` computes every number again from the recording.");
    }

    private static string Reason(Notice? reason) => reason is null ? "" : $" ({reason.Code}): {Escape(reason.Text)}";

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;

    private static string Escape(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (letter is '\r' or '\n') safe.Append(' ');
            else if (letter is '|' or '\\' or '`' or '*' or '<' or '>' or '[' or ']') safe.Append('\\').Append(letter);
            else safe.Append(letter);
        }

        return safe.ToString();
    }

    private static void Line(StringBuilder page, string text) => page.Append(text).Append('\n');
}
