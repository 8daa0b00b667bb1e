using System.Collections.Immutable;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports.Html;

/// <summary>Where the time of an evaluation went: operators, modules and devices of each phase, bars as shares of wall time.</summary>
internal static class OperatorFigure
{
    public static Fragment Of(ImmutableArray<OperatorShares> profiles) => Fragment.When(!profiles.IsEmpty, $"""
        <h3>Operators</h3>
        {profiles.Select(Profile)}
        <p class="note">{OperatorLine.Explained} <code>melt export</code> writes all rows as operators.csv.</p>
        """);

    private static Fragment Profile(OperatorShares profile) => Fragment.Of($"""
        {Table(profile, $"{OperatorLine.Title(profile)}, by operator and device", ["Operator", "Device"], OperatorLine.ByOperator(profile))}
        {Further(profile, "by module", ["Module"], OperatorLine.ByModule(profile))}
        {Further(profile, "by device", ["Device"], OperatorLine.ByDevice(profile))}
        """);

    private static Fragment Further(OperatorShares profile, string by, string[] names, ImmutableArray<OperatorLine> lines) => Fragment.When(lines.Length > 1, $"""
        <details><summary>{OperatorLine.Title(profile)}, {by}</summary>{Table(profile, $"{profile.Phase} {by}", names, lines)}</details>
        """);

    private static Fragment Table(OperatorShares profile, string caption, string[] names, ImmutableArray<OperatorLine> lines)
    {
        var (shown, others) = OperatorLine.Folded(lines);
        return Fragment.Of($"""
            <div class="scroll"><table class="energy">
            <caption>{caption}</caption>
            <thead><tr>{names.Select(name => Fragment.Of($"<th scope=\"col\">{name}</th>"))}<th scope="col" class="number">Calls</th><th scope="col" class="wide"></th><th scope="col" class="number">Share</th><th scope="col" class="number">Wall time</th><th scope="col" class="number">CPU time</th></tr></thead>
            <tbody>{shown.Select(line => Row(line, profile.Phase is "prefill" or "decode" ? profile.Phase : "all"))}</tbody>
            </table></div>
            {Fragment.When(others is not null, $"<p class=\"note\">{others}</p>")}
            """);
    }

    private static Fragment Row(OperatorLine line, string colour) => Fragment.Of($"""
        <tr><th scope="row">{line.Names[0]}</th>{line.Names.Skip(1).Select(name => Fragment.Of($"<td>{name}</td>"))}<td class="number">{line.Calls}</td><td class="wide">{EnergyFigure.Bar($"{string.Join(" on ", line.Names)}: {line.Percent}", colour, line.Share, 0, 1, Fragment.Empty)}</td><td class="number">{line.Percent}</td><td class="number">{line.Wall}</td><td class="number">{line.Cpu}</td></tr>

        """);
}
