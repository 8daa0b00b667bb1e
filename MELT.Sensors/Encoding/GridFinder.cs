using System.Globalization;
using System.Runtime.InteropServices;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Encoding;

/// <summary>Puts the values of a channel on their common decimal grid, so that they are kept as exact integers; without such a grid they are kept as the doubles they are.</summary>
public static class GridFinder
{
    /// <summary>A column of numbers as they were written in JSON.</summary>
    public static SampleColumn FromText(string channel, IReadOnlyList<ReadOnlyMemory<byte>> utf8)
    {
        var numbers = new DecimalNumber[utf8.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!DecimalNumber.TryParse(utf8[i].Span, out numbers[i])) return Raw(channel, Doubles(utf8));
        }
        return OnGrid(channel, numbers) ?? Raw(channel, Doubles(utf8));
    }

    /// <summary>A column of doubles; each is read back from its grid bit for bit.</summary>
    public static SampleColumn FromDoubles(string channel, ReadOnlySpan<double> values)
    {
        var numbers = new DecimalNumber[values.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!DecimalNumber.TryFrom(values[i], out numbers[i])) return Raw(channel, values);
        }
        if (OnGrid(channel, numbers) is not { } column) return Raw(channel, values);
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!column[i].Equals(values[i])) return Raw(channel, values);
        }
        return column;
    }

    private static SampleColumn? OnGrid(string channel, ReadOnlySpan<DecimalNumber> numbers)
    {
        var exponent = int.MaxValue;
        foreach (var number in numbers)
        {
            if (number.Significand != 0) exponent = Math.Min(exponent, number.Exponent);
        }
        if (exponent == int.MaxValue) exponent = 0;
        if (Math.Abs(exponent) > BlockCodec.MaximumExponent) return null;
        var integers = new long[numbers.Length];
        for (var i = 0; i < integers.Length; i++)
        {
            if (!numbers[i].TryOnGrid(exponent, out integers[i])) return null;
        }
        return new(channel, new(1, exponent), ImmutableCollectionsMarshal.AsImmutableArray(integers));
    }

    private static SampleColumn Raw(string channel, ReadOnlySpan<double> values) => new(channel, Grid.Raw, [.. MemoryMarshal.Cast<double, long>(values)]);

    private static double[] Doubles(IReadOnlyList<ReadOnlyMemory<byte>> utf8) =>
        [.. utf8.Select(text => double.TryParse(text.Span, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN)];
}
