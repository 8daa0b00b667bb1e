using System.Globalization;

namespace MELT.Sensors.Decoding;

/// <summary>A number as its text says it: Mantissa × 10^Exponent, exactly.</summary>
public readonly record struct ExactDecimal(long Mantissa, int Exponent)
{
    /// <summary>No measured quantity lies beyond 10^±100; a number that does is kept as the double it was sent as.</summary>
    private const int LargestExponent = 100;

    /// <summary>Reads a number in JSON's grammar (which the caller has checked), leaving no trailing zeros in the mantissa; false when it does not fit.</summary>
    public static bool TryParse(ReadOnlySpan<byte> number, out ExactDecimal value)
    {
        value = default;
        var at = number is [(byte)'-', ..] ? 1 : 0;
        long mantissa = 0;                              // negative of the magnitude, so that long.MinValue fits
        var (zeros, fraction, inFraction) = (0, 0, false);
        for (; at < number.Length && (number[at] | 0x20) != 'e'; at++)
        {
            if (number[at] == '.') { inFraction = true; continue; }
            if (inFraction) fraction++;
            var digit = number[at] - '0';
            if (digit == 0) { if (mantissa != 0) zeros++; continue; }
            if (!TryShift(mantissa, zeros + 1, out mantissa) || mantissa < long.MinValue + digit) return false;
            mantissa -= digit;
            zeros = 0;
        }
        if (mantissa == 0) return true;
        var exponent = 0L;
        if (at < number.Length && !long.TryParse(number[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)) return false;
        exponent = Math.Clamp(exponent, int.MinValue, int.MaxValue) + zeros - fraction;
        if (Math.Abs(exponent) > LargestExponent) return false;
        if (number[0] != '-' && mantissa == long.MinValue) return false;
        value = new(number[0] == '-' ? mantissa : -mantissa, (int)exponent);
        return true;
    }

    /// <summary>The same of any text, which need not be a number.</summary>
    public static bool TryParse(string text, out ExactDecimal value)
    {
        value = default;
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        return Payloads.ExactNumbers.IsJsonNumber(bytes) && TryParse(bytes, out value);
    }

    /// <summary>The integer n with n × 10^<paramref name="exponent"/> equal to this number; false when there is none in Int64.</summary>
    public bool TryScale(int exponent, out long integer)
    {
        integer = 0;
        return Mantissa == 0 || (Exponent >= exponent && TryShift(Mantissa, Exponent - exponent, out integer));
    }

    public double ToDouble() => double.Parse(string.Create(CultureInfo.InvariantCulture, $"{Mantissa}e{Exponent}"), CultureInfo.InvariantCulture);

    /// <summary>The number as JSON, exact: plain digits while they are few, otherwise with an exponent.</summary>
    public override string ToString()
    {
        var digits = Mantissa.ToString(CultureInfo.InvariantCulture).TrimStart('-');
        var sign = Mantissa < 0 ? "-" : "";
        return Exponent switch
        {
            0 => sign + digits,
            > 0 and <= 18 => sign + digits + new string('0', Exponent),
            < 0 and >= -18 when digits.Length > -Exponent => $"{sign}{digits[..^-Exponent]}.{digits[^-Exponent..]}",
            < 0 and >= -18 => $"{sign}0.{digits.PadLeft(-Exponent, '0')}",
            _ => string.Create(CultureInfo.InvariantCulture, $"{sign}{digits}e{Exponent}"),
        };
    }

    private static bool TryShift(long value, int powers, out long shifted)
    {
        shifted = value;
        if (value == 0) return true;
        for (; powers > 0; powers--)
        {
            if (shifted is > long.MaxValue / 10 or < long.MinValue / 10) return false;
            shifted *= 10;
        }
        return true;
    }
}
