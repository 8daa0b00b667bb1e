using System.Collections.Immutable;
using System.Numerics;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Energy;

/// <summary>Values of one series as integers on one decimal grid: value = integer × 10^exponent.</summary>
internal static class GridValues
{
    /// <summary>Significant decimal digits kept, counted from the largest magnitude, of columns that fit no decimal grid.</summary>
    private const int RawDigits = 17;

    // The product of two corrected columns must stay inside an Int128.
    private static readonly BigInteger LargestFactor = BigInteger.Pow(10, 18);

    // Twice the sum of two values times nanoseconds must stay inside an Int128 for a century of readings.
    private static readonly BigInteger Largest = BigInteger.Pow(10, 20);

    /// <summary>One block's exact values: integers, and the factor mantissa × 10^exponent.</summary>
    internal readonly record struct Column(Int128[] Integers, BigInteger Mantissa, int Exponent)
    {
        public static Column Of(SampleColumn column) => column.Grid.IsRaw
            ? Decimal(column)
            : new([.. column.Integers.Select(i => (Int128)i)], column.Grid.Mantissa, column.Grid.Exponent);

        /// <summary>Sample by sample; exact.</summary>
        public static Column Product(Column a, Column b) =>
            new([.. a.Integers.Zip(b.Integers, (x, y) => x * y)], a.Mantissa * b.Mantissa, a.Exponent + b.Exponent);

        /// <summary>
        /// gain·value + offset, exact; rounded to eighteen digits only where more would be needed. With ages (nanoseconds) the offset grows with
        /// them: that of a counter is of what it adds up each second.
        /// </summary>
        public Column Corrected(decimal gain, decimal offset, long[]? ages)
        {
            if (gain == 1 && offset == 0) return this;
            var (g, o) = (Parts(gain), Parts(offset));
            var lowest = o.Exponent - (ages is null ? 0 : 9);
            var exponent = o.Integer.IsZero ? Exponent + g.Exponent : Math.Min(Exponent + g.Exponent, lowest);
            var factor = Mantissa * g.Integer * BigInteger.Pow(10, Exponent + g.Exponent - exponent);
            var added = o.Integer.IsZero ? BigInteger.Zero : o.Integer * BigInteger.Pow(10, lowest - exponent);
            var values = Integers.Select((value, i) => value * factor + added * (ages is null ? BigInteger.One : ages[i])).ToArray();
            var divisor = BigInteger.One;
            for (var largest = values.Select(BigInteger.Abs).DefaultIfEmpty().Max(); largest > LargestFactor; largest /= 10) (divisor, exponent) = (divisor * 10, exponent + 1);
            return new([.. values.Select(value => (Int128)Rounded(value, divisor))], BigInteger.One, exponent);
        }

        private static (BigInteger Integer, int Exponent) Parts(decimal number)
        {
            var bits = decimal.GetBits(number);
            var integer = new BigInteger((uint)bits[0]) + ((BigInteger)(uint)bits[1] << 32) + ((BigInteger)(uint)bits[2] << 64);
            return (bits[3] < 0 ? -integer : integer, -(byte)(bits[3] >> 16));
        }
    }

    /// <summary>All blocks on the finest of their grids; coarsened (beyond what a double resolves) only where sums would not fit.</summary>
    public static (Int128[] Values, int Exponent) Join(IReadOnlyList<Column> blocks)
    {
        if (blocks.Count == 0) return ([], 0);
        var exponent = blocks.Min(b => b.Exponent);
        var largest = blocks.Max(b => Magnitude(b) * BigInteger.Pow(10, b.Exponent - exponent));
        while (largest > Largest) (largest, exponent) = (largest / 10, exponent + 1);
        var values = new Int128[blocks.Sum(b => b.Integers.Length)];
        var place = 0;
        foreach (var block in blocks)
        {
            var (factor, divisor) = block.Exponent >= exponent
                ? (block.Mantissa * BigInteger.Pow(10, block.Exponent - exponent), BigInteger.One)
                : (block.Mantissa, BigInteger.Pow(10, exponent - block.Exponent));
            if (Magnitude(block).IsZero)
                place += block.Integers.Length;
            else if (divisor.IsOne)
            {
                var step = (Int128)factor;
                foreach (var integer in block.Integers) values[place++] = integer * step;
            }
            else
                foreach (var integer in block.Integers) values[place++] = (Int128)Rounded(integer * factor, divisor);
        }
        return (values, exponent);
    }

    private static BigInteger Magnitude(Column block) =>
        (block.Integers.Length == 0 ? 0 : BigInteger.Max(BigInteger.Abs(block.Integers.Max()), BigInteger.Abs(block.Integers.Min()))) * BigInteger.Abs(block.Mantissa);

    private static Column Decimal(SampleColumn column)
    {
        var values = ImmutableArray.CreateRange(Enumerable.Range(0, column.Count).Select(i => column[i]));
        var largest = values.Max(Math.Abs);
        var exponent = 0;
        if (largest == 0) return new([.. values.Select(_ => Int128.Zero)], BigInteger.One, 0);
        while (Scaled(largest, exponent) < BigInteger.Pow(10, RawDigits - 1)) exponent--;
        while (Scaled(largest, exponent) >= BigInteger.Pow(10, RawDigits)) exponent++;
        return new([.. values.Select(v => (Int128)Scaled(v, exponent))], BigInteger.One, exponent);
    }

    /// <summary>The integer nearest to value × 10^−exponent, from the exact bits of the double.</summary>
    private static BigInteger Scaled(double value, int exponent)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var power = (int)((bits >> 52) & 0x7FF);
        BigInteger numerator = (bits & 0xFFFFFFFFFFFFF) | (power == 0 ? 0 : 1L << 52);
        var shift = Math.Max(power, 1) - 1075;
        BigInteger denominator = BigInteger.One;
        if (shift >= 0) numerator <<= shift; else denominator <<= -shift;
        if (exponent >= 0) denominator *= BigInteger.Pow(10, exponent); else numerator *= BigInteger.Pow(10, -exponent);
        return Rounded(bits < 0 ? -numerator : numerator, denominator);
    }

    private static BigInteger Rounded(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(BigInteger.Abs(numerator), denominator, out var rest);
        if (2 * rest >= denominator) quotient++;
        return numerator.Sign < 0 ? -quotient : quotient;
    }
}
