using System.Globalization;
using System.Numerics;

namespace MELT.Sensors.Energy;

/// <summary>A stretch without readings, on the axis of the curve. Spread: largest minus smallest reading around it.</summary>
public readonly record struct Gap(long From, long To, double Spread)
{
    public double Seconds => (To - From) / 1e9;
}

/// <summary>
/// The running integral of one sensor over its meter's clock, exact: knots, and twice the integral up to each knot in grid units × nanoseconds.
/// Between two knots the value is straight (instantaneous) or constant (averaged, accumulated, gap). A window costs two binary searches.
/// </summary>
public sealed class EnergyCurve
{
    private readonly long[] knots;
    private readonly Int128[] twice;
    private readonly Int128[]? bends;
    private readonly IReadOnlyList<Gap> gaps;
    private readonly int exponent;
    private readonly double halfUnit;
    private readonly double[] rough;

    /// <param name="knots">Rising moments of the meter's clock, nanoseconds.</param>
    /// <param name="twice">Twice the integral from the first knot to each.</param>
    /// <param name="bends">How much the value changes from each knot to the next along a straight line; null when it is constant between all knots.</param>
    /// <param name="gaps">Rising.</param>
    /// <param name="exponent">Joules are half of <paramref name="twice"/> × 10^exponent.</param>
    internal EnergyCurve(long[] knots, Int128[] twice, Int128[]? bends, IReadOnlyList<Gap> gaps, int exponent)
    {
        (this.knots, this.twice, this.bends, this.gaps, this.exponent) = (knots, twice, bends, gaps, exponent);
        halfUnit = double.Parse($"1e{exponent}", CultureInfo.InvariantCulture) / 2;
        rough = [.. twice.Select(sum => (double)sum * halfUnit)];
    }

    /// <summary>What is assumed before the first and after the last reading: twice the middle of the nearest readings, and their spread.</summary>
    internal (Int128 Twice, double Spread) Head { get; init; }
    internal (Int128 Twice, double Spread) Tail { get; init; }

    /// <summary>Phase edges that fell between readings, and how well each side's share is known.</summary>
    public IReadOnlyList<Division> Divisions { get; init; } = [];

    /// <summary>The division at a moment, within what mapping one clock to another rounds; null where there is none.</summary>
    public Division? DivisionAt(long moment)
    {
        foreach (var division in Divisions)
            if (Math.Abs(division.At - moment) <= Rounding) return division;
        return null;
    }

    private const long Rounding = 2;

    public long First => knots[0];
    public long Last => knots[^1];
    public IReadOnlyList<Gap> Gaps => gaps;

    /// <summary>The exact integral from a to b of the meter's clock: joules for watts or a counter of joules, volt-seconds for volts.</summary>
    public Rational Between(long a, long b)
    {
        var difference = Twice(b) - Twice(a);
        return new Rational(difference.Numerator, difference.Denominator * 2).TimesTenTo(exponent);
    }

    /// <summary>Mean value from a to b.</summary>
    public double Mean(long a, long b) => Between(a, b).ToDouble() / ((b - a) / 1e9);

    /// <summary>Adds the integral of each window that begins at one of these rising moments, good to about ten digits: to find a window, not to report it.</summary>
    public void Approximate(ReadOnlySpan<long> starts, long window, Span<double> sums)
    {
        var (head, tail) = (0, 0);
        for (var i = 0; i < starts.Length; i++) sums[i] += Roughly(starts[i] + window, ref head) - Roughly(starts[i], ref tail);
    }

    /// <summary>Knots from a to b, both included.</summary>
    public ReadOnlySpan<long> KnotsInside(long a, long b)
    {
        var (from, to) = (Below(a - 1) + 1, Below(b) + 1);
        return to > from ? knots.AsSpan(from, to - from) : [];
    }

    /// <summary>Where readings are missing inside a…b: gaps, and what lies before the first and after the last reading.</summary>
    public IEnumerable<Gap> Missing(long a, long b)
    {
        if (a < First) yield return new(a, Math.Min(b, First), Head.Spread);
        foreach (var gap in gaps)
            if (gap.To > a && gap.From < b) yield return new(Math.Max(a, gap.From), Math.Min(b, gap.To), gap.Spread);
        if (b > Last) yield return new(Math.Max(a, Last), b, Tail.Spread);
    }

    /// <summary>The three segments around a moment: the one that holds it and its neighbours (the same again at the ends).</summary>
    public (long Before, long From, long To, long After) Around(long t)
    {
        var i = Math.Clamp(Below(t), 0, knots.Length - 2);
        return (knots[Math.Max(0, i - 1)], knots[i], knots[i + 1], knots[Math.Min(knots.Length - 1, i + 2)]);
    }

    private Rational Twice(long t)
    {
        if (t <= First) return new(Head.Twice * (t - First), 1);
        if (t >= Last) return new(twice[^1] + Tail.Twice * (t - Last), 1);
        var i = Below(t);
        long length = knots[i + 1] - knots[i], into = t - knots[i];
        // The share of the segment's area, less what a straight line has not yet gained.
        return new Rational(twice[i], 1) + new Rational(((BigInteger)(twice[i + 1] - twice[i]) - (BigInteger)Bend(i) * (length - into)) * into, length);
    }

    // Walks on from the segment of an earlier moment.
    private double Roughly(long t, ref int i)
    {
        if (t <= First) return (double)Head.Twice * (t - First) * halfUnit;
        if (t >= Last) return rough[^1] + (double)Tail.Twice * (t - Last) * halfUnit;
        while (knots[i + 1] <= t) i++;
        double length = knots[i + 1] - knots[i], into = t - knots[i];
        return rough[i] + (into == 0 ? 0 : (rough[i + 1] - rough[i] - (double)Bend(i) * halfUnit * (length - into)) * into / length);
    }

    private Int128 Bend(int segment) => bends is null ? 0 : bends[segment];

    private int Below(long t)
    {
        var place = Array.BinarySearch(knots, t);
        return place >= 0 ? place : ~place - 1;
    }
}
