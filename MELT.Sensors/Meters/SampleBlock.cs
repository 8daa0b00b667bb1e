using System.Collections.Immutable;
using MELT.Devices.Time;

namespace MELT.Sensors.Meters;

/// <summary>
/// Columns of one meter on one time axis. Stamps are raw, in the meter's clock domain, in the order received (a meter that
/// repeats or steps back is recorded as it was). Values are integers on the channel's grid, exactly as sent.
/// </summary>
/// <param name="Sequence">Publisher's number of the first reading of this block and of the last (equal when a block has one number); null when the publisher does not number.</param>
/// <param name="StampedOnArrival">The stamps are MELT's own, taken when the message arrived, in MELT's clock domain.</param>
public sealed record SampleBlock(SequenceRange? Sequence, bool StampedOnArrival, ImmutableArray<long> Stamps, ImmutableArray<SampleColumn> Columns)
{
    /// <summary>A block closes at this many samples.</summary>
    public const int MaximumSamples = 16 * 1024;

    public int Count => Stamps.Length;
    public Stamp First => new(Stamps[0]);
    public Stamp Last => new(Stamps[^1]);
    public SampleColumn? Column(string channel) => Columns.FirstOrDefault(c => c.Channel == channel);
}

/// <summary>Publisher's numbers, first to last inclusive.</summary>
public readonly record struct SequenceRange(long First, long Last);

/// <summary>Values of one channel: value[i] = Integers[i] × Mantissa × 10^Exponent, exact; or, when the values fit no such grid, the doubles as sent.</summary>
public sealed record SampleColumn(string Channel, Grid Grid, ImmutableArray<long> Integers)
{
    public int Count => Integers.Length;
    public double this[int i] => Grid.ToDouble(Integers[i]);
}

/// <summary>
/// value = integer × Mantissa × 10^Exponent. <see cref="Raw"/>: the integer is the bit pattern of an IEEE double (values that fit no decimal grid).
/// </summary>
public readonly record struct Grid(long Mantissa, int Exponent)
{
    public static readonly Grid Raw = new(0, 0);
    public bool IsRaw => Mantissa == 0;

    public double ToDouble(long integer) => IsRaw
        ? BitConverter.Int64BitsToDouble(integer)
        : Exponent < 0 ? (double)((Int128)integer * Mantissa) / Pow10(-Exponent) : (double)((Int128)integer * Mantissa) * Pow10(Exponent);

    private static double Pow10(int n) => n <= 22 ? ExactPowers[n] : Math.Pow(10, n);
    private static readonly double[] ExactPowers = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];
}
