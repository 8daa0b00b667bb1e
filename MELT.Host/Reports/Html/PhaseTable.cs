using MELT.Sensors.Analysis;

namespace MELT.Host.Reports.Html;

/// <summary>What a command did under the names of its own: time, energy and mean power of each.</summary>
internal static class PhaseTable
{
    public static Fragment Of(SessionResults session, string boundary)
    {
        var rows = PhaseRow.Of(session, boundary);
        if (rows.IsEmpty) return Fragment.Empty;
        var (shown, rest) = PhaseRow.Folded(rows);
        var full = shown.Max(row => (row.Power.Value ?? 0) + (row.Power.U95 ?? 0)) * 1.03;
        return Fragment.Of($"""
            <div class="scroll"><table class="energy">
            <caption>Phases that the command opened, at <b>{boundary}</b>; all of one name together. Bars are mean power, whiskers ± U.</caption>
            <thead><tr><th scope="col">Phase</th><th scope="col" class="number">Times</th><th scope="col" class="number">Time</th><th scope="col" class="number">Energy ± U</th><th scope="col" class="wide"></th><th scope="col" class="number">Mean power ± U</th><th scope="col">Method</th></tr></thead>
            <tbody>{shown.Select(row => Row(row, full))}</tbody>
            </table></div>
            {Fragment.When(rest is not null, $"<p class=\"note\">{rest}</p>")}
            {PhaseRow.Reasons(shown).Select(reason => Fragment.Of($"<p class=\"note\">{reason}</p>"))}
            """);
    }

    private static Fragment Row(PhaseRow row, double full) => Fragment.Of($"""
        <tr><th scope="row">{row.Name}</th><td class="number">{Format.Count(row.Count)}</td><td class="number">{row.Length}</td><td class="number">{row.EnergyText}</td><td class="wide">{Bar(row, full)}</td><td class="number">{row.PowerText}</td><td>{Word(row)}</td></tr>

        """);

    private static Fragment Bar(PhaseRow row, double full) =>
        row.Power.Value is { } watts && full > 0 ? EnergyFigure.Bar($"{row.Name}: {row.PowerText}", "run", watts, row.Power.U95 ?? 0, full, Fragment.Empty) : Fragment.Empty;

    private static Fragment Word(PhaseRow row) => row.Energy.Value is null
        ? Fragment.Of($"<span class=\"method\">{row.Energy.Method}</span> <span class=\"code\" title=\"{row.Energy.Reason?.Text}\">{row.Energy.Reason?.Code}</span>")
        : Fragment.Of($"<span class=\"method {row.Energy.Method}\">{row.Energy.Method}</span>");
}
