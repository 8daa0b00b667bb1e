using MathNet.Numerics.Distributions;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Analysis;

/// <summary>Means, scatter, ratios and quantiles as docs/metrics.md asks for them.</summary>
public static class Statistics
{
    public static double StandardDeviation(IReadOnlyList<double> values)
    {
        if (values.Count < 2) return 0;
        var mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
    }

    /// <summary>s/√n with n−1 degrees of freedom; nothing for fewer than two values.</summary>
    public static IEnumerable<Component> Repeatability(IReadOnlyList<double> values) => values.Count < 2 ? [] :
        [new("repeatability", StandardDeviation(values) / Math.Sqrt(values.Count), "interval", values.Count - 1)];

    /// <summary>The same for a ratio of sums Σx/Σy: the scatter of x − R·y about zero, divided by the mean of y (Cochran's ratio estimator).</summary>
    public static IEnumerable<Component> Repeatability(IReadOnlyList<double> numerators, IReadOnlyList<double> denominators)
    {
        var n = numerators.Count;
        var total = denominators.Sum();
        if (n < 2 || total <= 0) return [];
        var ratio = numerators.Sum() / total;
        var squares = numerators.Zip(denominators, (x, y) => (x - ratio * y) * (x - ratio * y)).Sum();
        return [new("repeatability", Math.Sqrt(squares / ((double)n * (n - 1))) / (total / n), "interval", n - 1)];
    }

    /// <summary>Quantile of type 7 of sorted values, with its order-statistic interval; null below <paramref name="fewest"/> values.</summary>
    public static Quantile? Quantile(IReadOnlyList<double> sorted, double p, int fewest)
    {
        if (sorted.Count < fewest) return null;
        var place = (sorted.Count - 1) * p;
        var below = (int)Math.Floor(place);
        var value = below + 1 < sorted.Count ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
        var (lo, hi) = OrderStatistics(sorted.Count, p);
        return new(value, lo is { } l ? sorted[l - 1] : null, hi is { } h ? sorted[h - 1] : null);
    }

    /// <summary>Ranks (from 1) that bound the p-quantile with at most 2.5 % beyond on each side; null where n values cannot.</summary>
    public static (int? Lo, int? Hi) OrderStatistics(int n, double p)
    {
        int? lo = null, hi = null;
        for (var rank = 1; rank <= n; rank++)
        {
            var below = Binomial.CDF(p, n, rank - 1);
            if (below <= 0.025) lo = rank;
            if (below >= 0.975) { hi = rank; break; }
        }
        return (lo, hi);
    }
}
