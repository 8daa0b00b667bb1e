using System.Collections.Immutable;

namespace MELT.Host.Reports.Html;

/// <summary>How often gaps between tokens of each length occurred; the last bar holds all that are far beyond the usual.</summary>
internal static class GapHistogram
{
    private const int Bars = 40;
    private const int Height = 150;
    private const double UsualSpreads = 5;

    public static Fragment Of(ImmutableArray<TokenGap> gaps)
    {
        var sorted = gaps.Select(gap => gap.Seconds).Order().ToArray();
        double Quantile(double p) => sorted[(int)(p * (sorted.Length - 1))];
        var low = sorted[0];
        var high = Math.Min(Quantile(0.995), Quantile(0.5) + UsualSpreads * (Quantile(0.75) - Quantile(0.25)));
        var width = (high - low) / Bars is > 0 and var positive ? positive : Math.Max(high, 1e-9) / Bars;
        var counts = new int[Bars + 1];
        foreach (var gap in sorted) counts[Math.Min((int)((gap - low) / width), Bars)]++;
        var most = counts.Max();
        var end = low + Bars * width;
        return Fragment.Of($"""
            <svg class="histogram" width="100%" height="{Height + 24}" role="img" aria-label="Histogram of {Format.Counted(sorted.Length, "gap")} from {Format.Plain(low, "s", 3)} to {Format.Plain(sorted[^1], "s", 3)}">
            {counts.Select((count, i) => Bar(count, most, i))}
            <line class="base" x1="0" x2="100%" y1="{Height}" y2="{Height}" />
            <text x="0" y="{Height + 17}">{Format.Plain(low, "s", 3)}</text><text x="48.8%" y="{Height + 17}" text-anchor="middle">{Format.Plain((low + end) / 2, "s", 3)}</text><text x="97.5%" y="{Height + 17}" text-anchor="end">{Format.Plain(end, "s", 3)}{(counts[Bars] > 0 ? " +" : "")}</text>
            </svg>
            """);
    }

    private static Fragment Bar(int count, int most, int i)
    {
        if (count == 0) return Fragment.Empty;
        var height = Math.Max(1.5, (double)count / most * (Height - 6));
        var x = i * 100.0 / (Bars + 1);
        return Fragment.Of($"""<rect class="{(i == Bars ? "rest" : "phase-decode")}" x="{Number(x)}%" y="{Number(Height - height)}" width="{Number(86.0 / (Bars + 1))}%" height="{Number(height)}"><title>{Format.Counted(count, "gap")}</title></rect>""");
    }

    private static string Number(double value) => FormattableString.Invariant($"{value:0.##}");
}
