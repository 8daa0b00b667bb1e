namespace MELT.Sensors.Energy;

/// <summary>Makes the curve of each kind of sensor from its series (docs/metrics.md, "E(t₁,t₂) by kind of sensor").</summary>
public static class EnergyCurves
{
    /// <summary>A gap is a spacing of more than this many nominal periods, or one in which numbers are missing.</summary>
    public const int GapPeriods = 3;
    private const int FewestNeighbours = 10;

    /// <summary>Trapezoids between readings; a reading stamped t speaks of t + <paramref name="shift"/>.</summary>
    public static EnergyCurve Instantaneous(ChannelSeries series, long shift)
    {
        var (n, values) = (series.Count, series.Values);
        var (knots, twice, bends, gaps) = (new long[n], new Int128[n], new Int128[n], new List<Gap>());
        for (var i = 0; i < n; i++)
        {
            knots[i] = series.Stamps[i] + shift;
            if (i == 0) continue;
            var gap = IsGap(series, i);
            var sum = gap ? Bridged(series, i, knots[i - 1], knots[i], gaps) : values[i - 1] + values[i];
            if (!gap) bends[i - 1] = values[i] - values[i - 1];
            twice[i] = twice[i - 1] + sum * (knots[i] - knots[i - 1]);
        }
        return Closed(series, knots, twice, bends, gaps);
    }

    /// <summary>Each value holds over its own window, which ends at its stamp + <paramref name="shift"/> and reaches back to the window before.</summary>
    public static EnergyCurve Averaged(ChannelSeries series, long window, long shift)
    {
        var knots = new List<long>(series.Count + 1) { series.Stamps[0] + shift - window };
        var twice = new List<Int128>(series.Count + 1) { 0 };
        var gaps = new List<Gap>();
        for (var i = 0; i < series.Count; i++)
        {
            var end = series.Stamps[i] + shift;
            if (i > 0 && IsGap(series, i) && end - window > knots[^1])
                Extend(end - window, Bridged(series, i, knots[^1], end - window, gaps));
            Extend(end, 2 * series.Values[i]);
        }
        return Closed(series, [.. knots], [.. twice], null, gaps);

        void Extend(long to, Int128 sum)
        {
            twice.Add(twice[^1] + sum * (to - knots[^1]));
            knots.Add(to);
        }
    }

    /// <summary>Differences of a counter, linear inside one step. A missing reading costs nothing: the counter went on.</summary>
    public static EnergyCurve Accumulated(ChannelSeries series, long shift) => new(
        [.. series.Stamps.Select(t => t + shift)], [.. series.Values.Select(v => 2 * (v - series.Values[0]))], null, [], series.Exponent);

    private static EnergyCurve Closed(ChannelSeries series, long[] knots, Int128[] twice, Int128[]? bends, List<Gap> gaps) =>
        new(knots, twice, bends, gaps, series.Exponent - 9)
        {
            Head = Extremes(series, 0, Math.Min(series.Count, FewestNeighbours)),
            Tail = Extremes(series, Math.Max(0, series.Count - FewestNeighbours), series.Count),
        };

    private static bool IsGap(ChannelSeries series, int i) =>
        series.Stamps[i] - series.Stamps[i - 1] > GapPeriods * series.Period || series.LostAfter.Contains(series.Stamps[i - 1]);

    private static Int128 Bridged(ChannelSeries series, int i, long from, long to, List<Gap> gaps)
    {
        var neighbours = (int)Math.Min(series.Count, Math.Max(FewestNeighbours, (series.Stamps[i] - series.Stamps[i - 1]) / Math.Max(1, series.Period)));
        var (twice, spread) = Extremes(series, Math.Max(0, i - neighbours), Math.Min(series.Count, i + neighbours));
        gaps.Add(new(from, to, spread));
        return twice;
    }

    // Smallest plus largest is twice the value assumed where nothing was read.
    private static (Int128 Twice, double Spread) Extremes(ChannelSeries series, int from, int to)
    {
        var (least, most) = (series.Values[from], series.Values[from]);
        for (var i = from + 1; i < to; i++) (least, most) = (Int128.Min(least, series.Values[i]), Int128.Max(most, series.Values[i]));
        return (least + most, new Rational(most - least, 1).TimesTenTo(series.Exponent).ToDouble());
    }
}
