using MELT.Sensors.Analysis;

namespace MELT.Host.Reports.Html;

/// <summary>Where the uncertainty of each energy comes from: a bar per energy, cut by each source's share of u_c².</summary>
internal static class BudgetFigure
{
    private static readonly string[] Coloured =
        ["gain", "offset", "resolution", "sampling", "split", "gaps", "edges", "stamps", "regression", "window", "baseline", "baseline-spread", "repeatability"];

    public static Fragment Of(SessionResults session, string boundary)
    {
        var rows = Rows(session, boundary).Where(row => row.Energy?.U95 > 0 && !BudgetShare.Of(row.Energy).IsEmpty).ToArray();
        if (rows.Length == 0) return Fragment.Empty;
        var stems = rows.SelectMany(row => BudgetShare.Of(row.Energy!)).Where(share => share.Share >= 0.01).Select(share => share.Stem).Distinct().OrderBy(Place).ThenBy(stem => stem, StringComparer.Ordinal);
        return Fragment.Of($"""
            <div class="scroll"><table class="energy budgets">
            <caption>Where the uncertainty at <b>{boundary}</b> comes from: share of each source in u² of the energy</caption>
            <thead><tr><th scope="col">Energy</th><th scope="col" class="number">U</th><th scope="col" class="widest"><ul class="key">{stems.Select(stem => Fragment.Of($"<li><span class=\"swatch source-{Class(stem)}\"></span>{stem}</li>"))}</ul></th><th scope="col" class="largest">Largest</th></tr></thead>
            <tbody>{rows.Select(Row)}</tbody>
            </table></div>
            """);
    }

    /// <summary>One bar, the largest source first.</summary>
    public static Fragment Bar(string name, Quantity energy)
    {
        var shares = BudgetShare.Of(energy);
        var begins = shares.Scan();
        return Fragment.Of($"""
            <svg class="shares" width="100%" height="14" role="img" aria-label="Budget of {name}: {string.Join(", ", shares.Select(share => $"{share.Source} {BudgetShare.Percent(share.Share)}"))}">{shares.Zip(begins, Piece)}</svg>
            """);
    }

    /// <summary>The class that colours a source.</summary>
    public static string Class(string stem) => Coloured.Contains(stem) ? stem : "other";

    private static IEnumerable<(string Name, Quantity? Energy)> Rows(SessionResults session, string boundary) =>
        EnergyRow.Of(session, boundary).SelectMany(row => row.Phase.Length > 0 ? [(row.Name, row.Gross)] : new[] { (row.Name, row.Gross), ($"{row.Name}, net", row.Net) })
            .Concat(PhaseRow.Folded(PhaseRow.Of(session, boundary)).Shown.Select(row => (row.Name, (Quantity?)row.Energy)));

    private static Fragment Row((string Name, Quantity? Energy) row) => Fragment.Of($"""
        <tr><th scope="row">{row.Name}</th><td class="number">{Format.Uncertainty(row.Energy!.U95!.Value, "J")}</td><td class="widest">{Bar(row.Name, row.Energy)}</td><td class="largest">{BudgetShare.Largest(row.Energy)}</td></tr>

        """);

    private static Fragment Piece(BudgetShare share, double begin) => Fragment.Of($"""
        <rect class="source-{Class(share.Stem)}" x="{Percent(begin)}" y="0" width="{Percent(share.Share)}" height="14"><title>{share.Source} {BudgetShare.Percent(share.Share)}</title></rect>
        """);

    private static IEnumerable<double> Scan(this IEnumerable<BudgetShare> shares)
    {
        var begin = 0.0;
        foreach (var share in shares)
        {
            yield return begin;
            begin += share.Share;
        }
    }

    private static int Place(string stem) => Array.IndexOf(Coloured, stem) is >= 0 and var place ? place : Coloured.Length;

    private static string Percent(double share) => FormattableString.Invariant($"{share * 100:0.##}%");
}
