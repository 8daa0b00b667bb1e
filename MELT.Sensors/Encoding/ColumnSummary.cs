using MELT.Sensors.Meters;

namespace MELT.Sensors.Encoding;

/// <summary>
/// What a column holds, without its values. All numbers are grid integers and exact.
/// For a column on <see cref="Grid.Raw"/> minimum and maximum are bit patterns of doubles (NaN left out), and there is neither sum nor integral.
/// </summary>
/// <param name="Sum">Σ v_i; null on a raw grid.</param>
/// <param name="Integral">Trapezoid Σ (v_i + v_{i+1})·(t_{i+1} − t_i), in half grid units times nanoseconds; null on a raw grid and where 128 bits might not hold it.</param>
public readonly record struct ColumnSummary(long Minimum, long Maximum, Int128? Sum, Int128? Integral)
{
    public static ColumnSummary Of(ReadOnlySpan<long> stamps, ReadOnlySpan<long> integers, Grid grid) =>
        grid.IsRaw ? OfDoubles(integers) : OfIntegers(stamps, integers);

    private static ColumnSummary OfIntegers(ReadOnlySpan<long> stamps, ReadOnlySpan<long> integers)
    {
        long minimum = integers[0], maximum = integers[0];
        var sum = Int128.Zero;
        foreach (var value in integers)
        {
            if (value < minimum) minimum = value;
            if (value > maximum) maximum = value;
            sum += value;
        }
        return new(minimum, maximum, sum, Integrate(stamps, integers, Math.Max(Magnitude(minimum), Magnitude(maximum))));
    }

    private static Int128? Integrate(ReadOnlySpan<long> stamps, ReadOnlySpan<long> integers, ulong largest)
    {
        // Every partial sum stays below 2·largest·longest·count; refused before the loop rather than checked inside it.
        var longest = 0UL;
        for (var i = 1; i < stamps.Length; i++)
        {
            var step = stamps[i] - stamps[i - 1];
            if (stamps[i] < stamps[i - 1] != step < 0) return null;
            longest = Math.Max(longest, Magnitude(step));
        }
        if (Bits(largest) + 1 + Bits(longest) + Bits((ulong)stamps.Length) > 126) return null;
        var integral = Int128.Zero;
        for (var i = 1; i < stamps.Length; i++) integral += ((Int128)integers[i] + integers[i - 1]) * (stamps[i] - stamps[i - 1]);
        return integral;
    }

    private static ColumnSummary OfDoubles(ReadOnlySpan<long> bits)
    {
        double minimum = double.NaN, maximum = double.NaN;
        foreach (var b in bits)
        {
            var value = BitConverter.Int64BitsToDouble(b);
            minimum = double.MinNumber(minimum, value);
            maximum = double.MaxNumber(maximum, value);
        }
        return new(BitConverter.DoubleToInt64Bits(minimum), BitConverter.DoubleToInt64Bits(maximum), null, null);
    }

    private static ulong Magnitude(long value) => value < 0 ? (ulong)-value : (ulong)value;
    private static int Bits(ulong value) => 64 - (int)ulong.LeadingZeroCount(value);
}
