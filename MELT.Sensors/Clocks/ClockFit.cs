using System.Collections.Immutable;

namespace MELT.Sensors.Clocks;

/// <summary>
/// Fits meter − session = offset + drift·(t − origin) through clock samples: the half with the shortest round trips (asymmetry is bounded by
/// the round trip), then a line by iteratively reweighted least squares with Huber's weights (1.345 scaled median absolute deviations).
/// Only + − × ÷ √ are used, so every machine fits the same line.
/// </summary>
public static class ClockFit
{
    /// <summary>Fewer samples than this say nothing of drift, and no line is fitted.</summary>
    public const int FewestExchanges = 4;
    private const int Rounds = 20;

    /// <summary>Null when there are too few clock samples.</summary>
    public static ClockRelation? Fit(string domain, IReadOnlyCollection<ClockExchange> exchanges)
    {
        if (exchanges.Count < FewestExchanges) return null;
        var kept = exchanges.OrderBy(RoundTrip).ThenBy(e => e.Sent).Take(Math.Max(FewestExchanges, (exchanges.Count + 1) / 2)).ToImmutableArray();
        var origin = Middle(kept.MinBy(e => e.Sent)!) / 2 + Middle(kept.MaxBy(e => e.Sent)!) / 2;
        var anchor = kept[0].Remote.Nanoseconds - Middle(kept[0]);
        var x = kept.Select(e => (double)(Middle(e) - origin)).ToArray();
        var y = kept.Select(e => (double)(e.Remote.Nanoseconds - Middle(e) - anchor)).ToArray();
        var line = Robust(x, y);
        var spread = Math.Sqrt(line.Residuals.Sum(r => r * r) / (kept.Length - 2));
        var impossible = kept.Zip(line.Residuals).Any(pair => Math.Abs(pair.Second) > RoundTrip(pair.First) / 2.0 + 1);
        var floor = RoundTrip(kept[0]) / (2 * Math.Sqrt(3));
        return new(domain, ClockQuality.Fitted, [new ClockSegment(new(long.MinValue), new(long.MaxValue), new(origin), anchor + (long)Math.Round(line.Offset), line.Drift)
        {
            OffsetU = line.OffsetU,
            DriftU = line.DriftU,
            FloorU = impossible ? Math.Max(spread, floor) : floor,
        }]);
    }

    private static long RoundTrip(ClockExchange e) => e.Received - e.Sent;
    private static long Middle(ClockExchange e) => e.Sent.Nanoseconds + RoundTrip(e) / 2;

    private sealed record Line(double Offset, double Drift, double OffsetU, double DriftU, double[] Residuals);

    private static Line Robust(double[] x, double[] y)
    {
        var weights = new double[x.Length];
        Array.Fill(weights, 1);
        var line = Weighted(x, y, weights);
        for (var round = 0; round < Rounds; round++)
        {
            var limit = 1.345 * 1.4826 * Median(line.Residuals.Select(Math.Abs));
            if (limit <= 0) break;
            for (var i = 0; i < weights.Length; i++)
                weights[i] = Math.Abs(line.Residuals[i]) <= limit ? 1 : limit / Math.Abs(line.Residuals[i]);
            line = Weighted(x, y, weights);
        }
        return line;
    }

    private static Line Weighted(double[] x, double[] y, double[] w)
    {
        double sw = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, squares = 0;
        for (var i = 0; i < x.Length; i++) (sw, sx, sy) = (sw + w[i], sx + w[i] * x[i], sy + w[i] * y[i]);
        double mx = sx / sw, my = sy / sw;
        for (var i = 0; i < x.Length; i++) (sxx, sxy) = (sxx + w[i] * (x[i] - mx) * (x[i] - mx), sxy + w[i] * (x[i] - mx) * (y[i] - my));
        var drift = sxx > 0 ? sxy / sxx : 0;
        var offset = my - drift * mx;
        var residuals = x.Zip(y, (xi, yi) => yi - offset - drift * xi).ToArray();
        for (var i = 0; i < x.Length; i++) squares += w[i] * residuals[i] * residuals[i];
        var variance = squares / Math.Max(1, x.Length - 2);
        var driftU = sxx > 0 ? Math.Sqrt(variance / sxx) : 0;
        return new(offset, drift, Math.Sqrt(variance / sw + driftU * driftU * mx * mx), driftU, residuals);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
