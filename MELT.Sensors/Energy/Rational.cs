using System.Numerics;

namespace MELT.Sensors.Energy;

/// <summary>An exact fraction: sums of grid integers divided by spacings. Converted to a double once, at the end, correctly rounded.</summary>
public readonly record struct Rational
{
    private readonly BigInteger numerator;
    // Stored as denominator − 1, so that default is zero.
    private readonly BigInteger denominatorLessOne;

    public Rational(BigInteger numerator, BigInteger denominator)
    {
        ArgumentOutOfRangeException.ThrowIfZero(denominator);
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        this.numerator = numerator / divisor;
        denominatorLessOne = denominator / divisor - 1;
    }

    public static readonly Rational Zero;
    public BigInteger Numerator => numerator;
    public BigInteger Denominator => denominatorLessOne + 1;

    public static implicit operator Rational(BigInteger value) => new(value, BigInteger.One);
    public static Rational operator +(Rational a, Rational b) => a.Denominator == b.Denominator
        ? new(a.Numerator + b.Numerator, a.Denominator)
        : new(a.Numerator * b.Denominator + b.Numerator * a.Denominator, a.Denominator * b.Denominator);
    public static Rational operator -(Rational a, Rational b) => a + new Rational(-b.Numerator, b.Denominator);

    /// <summary>This fraction times 10^<paramref name="exponent"/>.</summary>
    public Rational TimesTenTo(int exponent) => exponent >= 0
        ? new(Numerator * BigInteger.Pow(10, exponent), Denominator)
        : new(Numerator, Denominator * BigInteger.Pow(10, -exponent));

    /// <summary>The nearest double, ties to even.</summary>
    public double ToDouble()
    {
        if (Numerator.IsZero) return 0;
        var magnitude = BigInteger.Abs(Numerator);
        // 53 bits of quotient, one for rounding, one to spare; what is left over only breaks ties.
        var shift = 55 - (int)(magnitude.GetBitLength() - Denominator.GetBitLength());
        var quotient = BigInteger.DivRem(shift > 0 ? magnitude << shift : magnitude, shift < 0 ? Denominator << -shift : Denominator, out var rest);
        var extra = (int)quotient.GetBitLength() - 53;
        var half = BigInteger.One << (extra - 1);
        var cut = quotient & ((half << 1) - 1);
        var mantissa = (long)(quotient >> extra);
        if (cut > half || (cut == half && (!rest.IsZero || (mantissa & 1) == 1))) mantissa++;
        return Numerator.Sign * Math.ScaleB(mantissa, extra - shift);
    }
}
