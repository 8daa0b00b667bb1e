using System.Globalization;

namespace MELT.Sensors.Encoding;

/// <summary>A decimal number exactly as written: significand × 10^exponent, without trailing zeros in the significand.</summary>
public readonly record struct DecimalNumber(long Significand, int Exponent)
{
    /// <summary>Reads a JSON number; false when it is none or needs more digits than 64 bits hold.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out DecimalNumber number)
    {
        number = default;
        var at = 0;
        var negative = at < utf8.Length && utf8[at] == '-';
        if (negative) at++;
        Int128 significand = 0;
        var exponent = 0;
        var digits = Digits(utf8, ref at, ref significand, ref exponent, fraction: false);
        if (digits == 0) return false;
        if (at < utf8.Length && utf8[at] == '.')
        {
            at++;
            if (Digits(utf8, ref at, ref significand, ref exponent, fraction: true) == 0) return false;
        }
        if (at < utf8.Length && utf8[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < utf8.Length - 1 && utf8[at] == '+' && char.IsAsciiDigit((char)utf8[at + 1])) at++;
            if (!int.TryParse(utf8[at..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) || Math.Abs((long)power) > 10_000) return false;
            exponent += power;
            at = utf8.Length;
        }
        if (at != utf8.Length) return false;
        if (significand == 0) return true;
        for (; significand % 10 == 0; significand /= 10) exponent++;
        if (negative) significand = -significand;
        if (significand < long.MinValue || significand > long.MaxValue) return false;
        number = new((long)significand, exponent);
        return true;
    }

    /// <summary>The shortest decimal that reads back as this double; false for NaN, infinities and negative zero.</summary>
    public static bool TryFrom(double value, out DecimalNumber number)
    {
        number = default;
        if (!double.IsFinite(value) || (value == 0 && double.IsNegative(value))) return false;
        Span<byte> text = stackalloc byte[32];
        return value.TryFormat(text, out var written, "R", CultureInfo.InvariantCulture) && TryParse(text[..written], out number);
    }

    /// <summary>The integer on a grid of 10^<paramref name="exponent"/>; false when 64 bits do not hold it.</summary>
    public bool TryOnGrid(int exponent, out long integer)
    {
        integer = 0;
        if (Significand == 0) return true;
        if (Exponent < exponent || Exponent - (long)exponent > 18) return false;
        Int128 scaled = Significand;
        for (var i = exponent; i < Exponent; i++) scaled *= 10;
        integer = (long)scaled;
        return scaled == integer;
    }

    private static int Digits(ReadOnlySpan<byte> utf8, ref int at, ref Int128 significand, ref int exponent, bool fraction)
    {
        var begin = at;
        for (; at < utf8.Length && char.IsAsciiDigit((char)utf8[at]); at++)
        {
            // Beyond 36 digits only zeros can still be exact; anything else leaves 64 bits anyway.
            if (significand > MostDigits)
            {
                if (utf8[at] != '0') significand = Int128.MaxValue - 9;
                if (!fraction) exponent++;
                continue;
            }
            significand = significand * 10 + (utf8[at] - '0');
            if (fraction) exponent--;
        }
        return at - begin;
    }

    private static readonly Int128 MostDigits = Int128.Parse("1000000000000000000000000000000000000", CultureInfo.InvariantCulture);
}
