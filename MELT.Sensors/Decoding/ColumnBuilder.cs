using System.Globalization;
using System.Runtime.InteropServices;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Decoding;

/// <summary>Collects the numbers of one channel and finds the decimal grid they all lie on; without one the column keeps the doubles.</summary>
internal sealed class ColumnBuilder(string channel)
{
    private const int IsDouble = int.MinValue;          // exponent of an entry whose mantissa holds a double's bits
    private readonly List<ExactDecimal> _values = [];

    public string Channel { get; } = channel;
    public int Count => _values.Count;

    /// <summary>Takes one number as its text; false when it is beyond a double.</summary>
    public bool TryAdd(ReadOnlySpan<byte> number)
    {
        if (!ExactDecimal.TryParse(number, out var value))
        {
            if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var inexact) || !double.IsFinite(inexact)) return false;
            value = new(BitConverter.DoubleToInt64Bits(inexact), IsDouble);
        }
        Add(value);
        return true;
    }

    /// <summary>Takes one number that was read exactly.</summary>
    public void Add(ExactDecimal value) => _values.Add(value);

    public SampleColumn Build()
    {
        var finest = _values.Min(v => v.Mantissa == 0 && v.Exponent != IsDouble ? int.MaxValue : v.Exponent);
        if (finest == int.MaxValue) finest = 0;         // all zero
        // Whole numbers lie on the grid of 1 where they fit, so that a channel keeps its grid from message to message.
        return finest != IsDouble && (TryBuild(Math.Min(0, finest)) ?? TryBuild(finest)) is { } exact ? exact : BuildRaw();
    }

    private SampleColumn? TryBuild(int exponent)
    {
        var integers = new long[_values.Count];
        for (var i = 0; i < integers.Length; i++)
        {
            if (!_values[i].TryScale(exponent, out integers[i])) return null;
        }
        return new(Channel, new Grid(1, exponent), ImmutableCollectionsMarshal.AsImmutableArray(integers));
    }

    private SampleColumn BuildRaw() =>
        new(Channel, Grid.Raw, [.. _values.Select(v => v.Exponent == IsDouble ? v.Mantissa : BitConverter.DoubleToInt64Bits(v.ToDouble()))]);
}
