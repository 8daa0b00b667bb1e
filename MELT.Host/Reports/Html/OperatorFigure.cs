using System.Collections.Immutable;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports.Html;

/// <summary>Where the time of an evaluation went: operators, modules and devices of each phase, as pies and as bars of wall time.</summary>
internal static class OperatorFigure
{
    public static Fragment Of(SessionResults session) => PhaseOperators.Of(session) is { IsEmpty: false } phases
        ? Fragment.Of($"""
            <h3>Operators</h3>
            {phases.Select(Phase)}
            <p class="note">{PhaseOperators.Explained} <code>melt show --json</code> has every request by itself, <code>melt export</code> writes all rows as operators.csv.</p>
            """)
        : Fragment.Empty;

    private static Fragment Phase(PhaseOperators phase) => Fragment.Of($"""
        <div class="pies">{Pie(phase, "operator", SharePart.Of(phase.ByOperator, phase.Name))}{Fragment.When(phase.ByModule.Length > 1, $"{Pie(phase, "module", SharePart.OfModules(phase.ByModule))}")}</div>
        {Table(phase, $"{phase.Title}, by operator and device", ["Operator", "Device"], phase.ByOperator)}
        {Further(phase, "by module", ["Module"], phase.ByModule)}
        {Further(phase, "by device", ["Device"], phase.ByDevice)}
        """);

    private static Fragment Pie(PhaseOperators phase, string by, ImmutableArray<SharePart> parts) => PieFigure.Of($"{phase.Phase}, by {by}", Format.Plain(phase.WallSeconds, "s"), parts);

    private static Fragment Further(PhaseOperators phase, string by, string[] names, ImmutableArray<OperatorLine> lines) => Fragment.When(lines.Length > 1, $"""
        <details><summary>{phase.Title}, {by}</summary>{Table(phase, $"{phase.Phase} {by}", names, lines)}</details>
        """);

    private static Fragment Table(PhaseOperators phase, string caption, string[] names, ImmutableArray<OperatorLine> lines)
    {
        var (shown, others) = OperatorLine.Folded(lines);
        return Fragment.Of($"""
            <div class="scroll"><table class="energy">
            <caption>{caption}</caption>
            <thead><tr>{names.Select(name => Fragment.Of($"<th scope=\"col\">{name}</th>"))}<th scope="col" class="number">Calls</th><th scope="col" class="wide"></th><th scope="col" class="number">Share</th><th scope="col" class="number">Wall time</th><th scope="col" class="number">CPU time</th></tr></thead>
            <tbody>{shown.Select(line => Row(line, phase.Phase is "prefill" or "decode" ? phase.Phase : "all"))}</tbody>
            </table></div>
            {Fragment.When(others is not null, $"<p class=\"note\">{others}</p>")}
            """);
    }

    private static Fragment Row(OperatorLine line, string colour) => Fragment.Of($"""
        <tr><th scope="row">{line.Names[0]}</th>{line.Names.Skip(1).Select(name => Fragment.Of($"<td>{name}</td>"))}<td class="number">{line.CallsText}</td><td class="wide">{EnergyFigure.Bar($"{string.Join(" on ", line.Names)}: {line.Percent}", colour, line.Share, 0, 1, Fragment.Empty)}</td><td class="number">{line.Percent}</td><td class="number">{line.Wall}</td><td class="number">{line.Cpu}</td></tr>

        """);
}
