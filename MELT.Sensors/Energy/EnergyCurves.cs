namespace MELT.Sensors.Energy;

/// <summary>Makes the curve of each kind of sensor from its series (docs/metrics.md, "E(t₁,t₂) by kind of sensor").</summary>
public static class EnergyCurves
{
    /// <summary>A gap is a spacing of more than this many nominal periods, or one in which numbers are missing.</summary>
    public const int GapPeriods = 3;
    private const int FewestNeighbours = 10;

    /// <summary>Trapezoids between readings; a reading stamped t speaks of t + <paramref name="shift"/>, of a moment or of a <paramref name="window"/> around it. No line crosses one of the <paramref name="edges"/>.</summary>
    public static EnergyCurve Instantaneous(ChannelSeries series, long shift, long[]? edges = null, long window = 0)
    {
        var at = Array.ConvertAll(series.Stamps, stamp => stamp + shift);
        var division = new PhaseDivision(edges ?? [], Unit(series.Exponent - 9), 0);
        var (scale, values) = (Unit(series.Exponent), series.Values);
        var cuts = division.Moments(at, i => (double)values[i] * scale, window / 2);
        var (curve, gaps, next) = (new Growing(at[0], series.Count + 2 * cuts.Count), new List<Gap>(), 0);
        for (var i = 1; i < at.Length; i++)
        {
            if (next < cuts.Count && cuts[next].Before == i - 1)
            {
                var (before, edge, behind) = cuts[next++];
                if (!Enumerable.Range(i, behind - before).Any(reading => IsGap(series, reading)))
                {
                    curve.Extend(edge, 2 * values[before] * (edge - at[before]), 0);
                    curve.Extend(at[behind], 2 * values[behind] * (at[behind] - edge), 0);
                    i = behind;
                    continue;
                }
            }
            var gap = IsGap(series, i);
            curve.Extend(at[i], (gap ? Bridged(series, i, at[i - 1], at[i], gaps) : values[i - 1] + values[i]) * (at[i] - at[i - 1]), gap ? 0 : values[i] - values[i - 1]);
        }
        return Closed(series, curve.Knots, curve.Twice, curve.Bends, gaps, division);
    }

    /// <summary>Each value holds over its own window, which ends at its stamp + <paramref name="shift"/> and reaches back to the window before; divided at the <paramref name="edges"/>.</summary>
    /// <param name="resolution">Smallest step of a value, watts; 0: not known.</param>
    public static EnergyCurve Averaged(ChannelSeries series, long window, long shift, long[]? edges = null, double resolution = 0)
    {
        var curve = new Growing(series.Stamps[0] + shift - window, series.Count + 1);
        var (gaps, bridged) = (new List<Gap>(), new HashSet<int>());
        for (var i = 0; i < series.Count; i++)
        {
            var end = series.Stamps[i] + shift;
            if (i > 0 && IsGap(series, i) && end - window > curve.Last)
            {
                bridged.Add(curve.Count - 1);
                curve.Extend(end - window, Bridged(series, i, curve.Last, end - window, gaps) * (end - window - curve.Last), 0);
            }
            curve.Extend(end, 2 * series.Values[i] * (end - curve.Last), 0);
        }
        var division = new PhaseDivision(edges ?? [], Unit(series.Exponent - 9), resolution / Math.Sqrt(12));
        var (knots, twice) = division.Windows(curve.Knots, curve.Twice, bridged);
        return Closed(series, knots, twice, null, gaps, division);
    }

    /// <summary>Differences of a counter, linear inside one step but for the <paramref name="edges"/>. A missing reading costs nothing: the counter went on.</summary>
    /// <param name="resolution">Smallest step of the counter, joules; 0: not known.</param>
    public static EnergyCurve Accumulated(ChannelSeries series, long shift, long[]? edges = null, double resolution = 0)
    {
        // Both ends of a difference are rounded, and neighbours share one: half the squared difference of two holds 3/2 of the variance q²/6.
        var division = new PhaseDivision(edges ?? [], Unit(series.Exponent), resolution / 2 / Math.Max(1e-9, series.Period / 1e9));
        var (knots, twice) = division.Windows([.. series.Stamps.Select(t => t + shift)], [.. series.Values.Select(v => 2 * (v - series.Values[0]))], []);
        return new(knots, twice, null, [], series.Exponent) { Divisions = division.Divisions };
    }

    // Knots and twice the integral up to each, as they grow.
    private sealed class Growing(long first, int expected)
    {
        private readonly List<long> knots = new(expected) { first };
        private readonly List<Int128> twice = new(expected) { 0 };
        private readonly List<Int128> bends = new(expected);

        public int Count => knots.Count;
        public long Last => knots[^1];
        public long[] Knots => [.. knots];
        public Int128[] Twice => [.. twice];
        public Int128[] Bends => [.. bends, 0];

        public void Extend(long to, Int128 area, Int128 bend)
        {
            twice.Add(twice[^1] + area);
            knots.Add(to);
            bends.Add(bend);
        }
    }

    private static double Unit(int exponent) => double.Parse($"1e{exponent}", System.Globalization.CultureInfo.InvariantCulture);

    private static EnergyCurve Closed(ChannelSeries series, long[] knots, Int128[] twice, Int128[]? bends, List<Gap> gaps, PhaseDivision division) =>
        new(knots, twice, bends, gaps, series.Exponent - 9)
        {
            Divisions = division.Divisions,
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
