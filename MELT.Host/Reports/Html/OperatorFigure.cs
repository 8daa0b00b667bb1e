using System.Collections.Immutable;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports.Html;

/// <summary>Where the time of an evaluation went: operators, modules and devices of each phase, bars as shares of wall time.</summary>
internal static class OperatorFigure
{
    public static Fragment Of(ImmutableArray<OperatorShares> profiles) => Fragment.When(!profiles.IsEmpty, $"""
        <h3>Operators</h3>
        {profiles.Select(Profile)}
        <p class="note">Wall time is what passed while an operator ran; CPU time is that of all its threads together, where the engine tells it. Timing every operator slows an engine down: these are shares, not the speed of the model. <code>melt export</code> writes all rows as operators.csv.</p>
        """);

    private static Fragment Profile(OperatorShares profile) => Fragment.Of($"""
        {Table(profile, $"{Title(profile)}, by operator and device", ["Operator", "Device"], profile.ByOperator, o => [o.Added.Operator, o.Added.Device ?? "not told"])}
        {Fragment.When(profile.ByModule.Length > 1, $"<details><summary>{Title(profile)}, by module</summary>{Table(profile, "Layers or functions, all their operators together", ["Module"], profile.ByModule, o => [o.Added.Module ?? "not told"])}</details>")}
        {Fragment.When(profile.ByDevice.Length > 1, $"<details><summary>{Title(profile)}, by device</summary>{Table(profile, "Devices, all their operators together", ["Device"], profile.ByDevice, o => [o.Added.Device ?? "not told"])}</details>")}
        """);

    private static string Title(OperatorShares profile) =>
        $"{profile.Phase}{(profile.Request is { } request ? FormattableString.Invariant($" of request {request}") : "")}: {Format.Counted(profile.Graphs.Length, "graph")} of {Format.Plain(profile.Graphs.Average(g => g.WallNanoseconds) / 1e9, "s")} on average";

    private static Fragment Table(OperatorShares profile, string caption, string[] names, ImmutableArray<OperatorShare> rows, Func<OperatorShare, string[]> cells)
    {
        var shown = rows.Take(PhaseRow.Most).ToArray();
        return Fragment.Of($"""
            <div class="scroll"><table class="energy">
            <caption>{caption}</caption>
            <thead><tr>{names.Select(name => Fragment.Of($"<th scope=\"col\">{name}</th>"))}<th scope="col" class="number">Calls</th><th scope="col" class="wide"></th><th scope="col" class="number">Share</th><th scope="col" class="number">Wall time</th><th scope="col" class="number">CPU time</th></tr></thead>
            <tbody>{shown.Select(o => Row(profile, o, cells(o)))}</tbody>
            </table></div>
            {Fragment.When(rows.Length > shown.Length, $"<p class=\"note\">and {rows.Length - shown.Length} more with {Percent(rows.Skip(shown.Length).Sum(o => o.Share))} together</p>")}
            """);
    }

    private static Fragment Row(OperatorShares profile, OperatorShare o, string[] cells) => Fragment.Of($"""
        <tr><th scope="row">{cells[0]}</th>{cells[1..].Select(cell => Fragment.Of($"<td>{cell}</td>"))}<td class="number">{Format.Count(o.Added.Calls)}</td><td class="wide">{EnergyFigure.Bar($"{string.Join(" on ", cells)}: {Percent(o.Share)}", profile.Phase is "prefill" or "decode" ? profile.Phase : "all", o.Share, 0, 1, Fragment.Empty)}</td><td class="number">{Percent(o.Share)}</td><td class="number">{Format.Plain(o.Added.WallNanoseconds / 1e9, "s")}</td><td class="number">{(o.Added.CpuNanoseconds is { } cpu ? Format.Plain(cpu / 1e9, "s") : "not told")}</td></tr>

        """);

    private static string Percent(double share) => $"{Format.Ratio(100 * share)} %";
}
