using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>What one source contributes to an uncertainty: its standard uncertainty, and its share of u_c².</summary>
public sealed record BudgetShare(string Source, double U, double Share, string Correlated)
{
    /// <summary>More than these are not said in a line.</summary>
    private const int Named = 3;

    /// <summary>The source without the channel it belongs to: <c>gain</c> of <c>gain:v</c>.</summary>
    public string Stem => Source.Split(':')[0];

    /// <summary>The largest first; lines of one source, which several sensors of a boundary have, together.</summary>
    public static ImmutableArray<BudgetShare> Of(Quantity quantity)
    {
        var whole = quantity.Budget.Sum(line => line.U * line.U);
        if (!(whole > 0)) return [];
        return
        [
            .. quantity.Budget.GroupBy(line => (line.Source, line.Correlated))
                .Select(lines => (lines.Key, Squares: lines.Sum(line => line.U * line.U)))
                .Select(line => new BudgetShare(line.Key.Source, Math.Sqrt(line.Squares), line.Squares / whole, line.Key.Correlated))
                .OrderByDescending(share => share.Share).ThenBy(share => share.Source, StringComparer.Ordinal),
        ];
    }

    /// <summary><c>gain 62 %, edges 21 %, sampling 9 %</c>: the largest ones; empty where there is no U.</summary>
    public static string Largest(Quantity? quantity) =>
        quantity is not { U95: > 0 } ? "" : string.Join(", ", Of(quantity).Take(Named).Where(share => share.Share >= 0.005).Select(share => $"{share.Source} {Percent(share.Share)}"));

    /// <summary><c>62 %</c>.</summary>
    public static string Percent(double share) => share is > 0 and < 0.005 ? "< 1 %" : string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");
}
