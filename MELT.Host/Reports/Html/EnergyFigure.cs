using System.Globalization;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports.Html;

/// <summary>Energy by phase as a table that draws itself: bars with U as whiskers, the truth as a diamond, the error as a share of U.</summary>
internal static class EnergyFigure
{
    public static Fragment Of(SessionResults session, SessionPlots? plots, string boundary) =>
        Fragment.Of($"{Parts(session, boundary)}{PhaseTable.Of(session, boundary)}{BudgetFigure.Of(session, boundary)}{EveryPhase(session, plots, boundary)}");

    private static Fragment Parts(SessionResults session, string boundary)
    {
        var rows = EnergyRow.Of(session, boundary);
        if (rows.All(row => row.Gross?.Value is null)) return Fragment.Empty;
        var known = rows.Any(row => row.Truth is not null);
        var full = rows.Max(row => Math.Max((row.Gross?.Value ?? 0) + (row.Gross?.U95 ?? 0), row.Truth?.Value ?? 0)) * 1.03;
        return Fragment.Of($"""
            <div class="scroll"><table class="energy">
            <caption>Energy at <b>{boundary}</b>{Fragment.When(session.Energy[boundary].Primary && session.Energy.Count > 1, $" (the session’s)")}: whiskers are ± U{Fragment.When(known, $", diamonds the known truth")}{Fragment.When(rows.Any(row => row.Phase.Length > 0), $"; load and warm-up are not part of all requests")}.</caption>
            <thead><tr><th scope="col">Phase</th><th scope="col" class="wide"></th><th scope="col" class="number">Gross ± U</th><th scope="col" class="number">Net ± U</th>{Fragment.When(known, $"""<th scope="col" class="number">Truth</th><th scope="col" class="strip-head">Error as a share of U</th><th scope="col" class="number">Error/U</th>""")}</tr></thead>
            <tbody>{rows.Select(row => Row(row, full, known))}</tbody>
            </table></div>
            """);
    }

    private static Fragment Row(EnergyRow row, double full, bool known) => Fragment.Of($"""
        <tr{Fragment.When(row.Phase.Length == 0, $" class=\"total\"")}><th scope="row">{row.Name}</th><td class="wide">{Bar(row, full)}</td><td class="number">{EnergyRow.Text(row.Gross)}{Because(row.Gross)}</td><td class="number">{EnergyRow.Text(row.Net)}</td>{Fragment.When(known, $"<td class=\"number\">{row.TruthText}</td><td>{Strip(row)}</td><td class=\"number\">{row.ErrorText}</td>")}</tr>

        """);

    private static Fragment Because(Quantity? energy) =>
        energy?.Reason is { } reason ? Fragment.Of($"<br /><span class=\"code\" title=\"{reason.Text}\">{reason.Code}</span>") : Fragment.Empty;

    private static Fragment Bar(EnergyRow row, double full)
    {
        if (row.Gross?.Value is not { } joules || full <= 0) return Fragment.Empty;
        var truth = row.Truth is { } known ? Diamond(known.Value / full, 14) : Fragment.Empty;
        return Bar($"{row.Name}: {EnergyRow.Text(row.Gross)}{(row.Truth is null ? "" : $", truth {row.TruthText}")}", Phase(row.Phase), joules, row.Gross.U95 ?? 0, full, truth);
    }

    /// <summary>A value as a bar of its share of <paramref name="full"/>, U as whiskers.</summary>
    public static Fragment Bar(string said, string phase, double value, double u, double full, Fragment beside) => Fragment.Of($"""
        <svg class="bar" width="100%" height="28" role="img" aria-label="{said}"><rect class="phase-{phase}" x="0" y="5" width="{Percent(value / full)}" height="18" rx="2" />{(u > 0 ? Whisker((value - u) / full, (value + u) / full, 14) : Fragment.Empty)}{beside}</svg>
        """);

    private static Fragment Strip(EnergyRow row)
    {
        if (row.Truth?.ErrorOverU95 is not { } error) return Fragment.Empty;
        var at = 0.5 + Math.Clamp(error, -1.9, 1.9) / 4;
        return Fragment.Of($"""
            <svg class="strip" width="100%" height="28" role="img" aria-label="error is {Format.Ratio(error)} of U"><rect class="band" x="25%" y="7" width="50%" height="14" rx="2" /><line class="zero" x1="50%" x2="50%" y1="3" y2="25" />{Diamond(at, 14)}</svg>
            """);
    }

    private static Fragment Whisker(double from, double to, int y) => Fragment.Of($"""
        <line class="whisker" x1="{Percent(from)}" x2="{Percent(to)}" y1="{y}" y2="{y}" /><line class="whisker" x1="{Percent(from)}" x2="{Percent(from)}" y1="{y - 5}" y2="{y + 5}" /><line class="whisker" x1="{Percent(to)}" x2="{Percent(to)}" y1="{y - 5}" y2="{y + 5}" />
        """);

    private static Fragment Diamond(double share, int y) =>
        Fragment.Of($"""<svg class="truth" x="{Percent(share)}" y="{y}" overflow="visible"><path d="M0-6 5 0 0 6-5 0z" /></svg>""");

    private static Fragment EveryPhase(SessionResults session, SessionPlots? plots, string boundary)
    {
        var phases = session.Energy[boundary].Phases;
        if (phases.IsEmpty) return Fragment.Empty;
        var drawn = plots?.Phases ?? [];
        return Fragment.Of($"""
            <details><summary>Energy of each of the {Format.Counted(phases.Length, "phase")}</summary>
            <div class="scroll"><table><caption>The partition of the session at {boundary}, in order</caption>
            <thead><tr><th scope="col">Phase</th><th scope="col" class="number">Request</th><th scope="col" class="number">Begin</th><th scope="col" class="number">Length</th><th scope="col" class="number">Energy ± U</th><th scope="col" class="number">Truth</th></tr></thead>
            <tbody>{phases.Select((phase, i) => PhaseRow(phase, i < session.Phases.Length ? session.Phases[i] : null, i < drawn.Length && drawn[i].Name == phase.Phase ? drawn[i].TruthJoules : null))}</tbody></table></div></details>
            """);
    }

    private static Fragment PhaseRow(PhaseEnergy energy, PhaseResults? phase, double? truth) => Fragment.Of($"""
        <tr><th scope="row">{energy.Phase}</th><td class="number">{Request(energy.Request ?? phase?.Request)}</td><td class="number">{(phase is null ? "" : Format.Seconds(phase.BeginSeconds))}</td><td class="number">{(phase is null ? "" : Format.Plain(phase.EndSeconds - phase.BeginSeconds, "s"))}</td><td class="number">{EnergyRow.Text(energy.EnergyJoules)}</td><td class="number">{(truth is { } joules ? Format.Plain(joules, "J", 5) : "–")}</td></tr>

        """);

    private static string Request(int? index) => index?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Phase(string name) => name is "load" or "prefill" or "decode" ? name : "all";

    private static string Percent(double share) => FormattableString.Invariant($"{Math.Clamp(share, 0, 1) * 100:0.###}%");
}
