using System.Globalization;
using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>Exact arithmetic of what payloads tell.</summary>
internal static class ExactNumbers
{
    private const int Nano = -9;

    /// <summary>JSON's grammar: no leading zeros or plus, no bare point.</summary>
    public static bool IsJsonNumber(ReadOnlySpan<byte> text)
    {
        var at = text is [(byte)'-', ..] ? 1 : 0;
        var whole = Digits(text, at);
        if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
        at += whole;
        if (at < text.Length && text[at] == '.')
        {
            var fraction = Digits(text, ++at);
            if (fraction == 0) return false;
            at += fraction;
        }
        if (at == text.Length) return true;
        if ((text[at++] | 0x20) != 'e') return false;
        if (at < text.Length && text[at] is (byte)'+' or (byte)'-') at++;
        var exponent = Digits(text, at);
        return exponent is > 0 and < 9 && at + exponent == text.Length;
    }

    /// <summary>A number in JSON's grammar: exactly, or as the double it can only have been printed from when it has more digits than fit.</summary>
    public static bool TryParse(ReadOnlySpan<byte> number, out ExactDecimal value) =>
        ExactDecimal.TryParse(number, out value)
        || (double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var rounded) && TryFrom(rounded, out value));

    /// <summary>The shortest decimal that names this double and no other; false when it is not finite or beyond every measure.</summary>
    public static bool TryFrom(double number, out ExactDecimal value)
    {
        value = default;
        Span<byte> text = stackalloc byte[32];
        return double.IsFinite(number) && number.TryFormat(text, out var written, "R", CultureInfo.InvariantCulture) && ExactDecimal.TryParse(text[..written], out value);
    }

    /// <summary>The shortest decimal that names this single: 60.1f was meant as 60.1, not as 60.09999847.</summary>
    public static bool TryFrom(float number, out ExactDecimal value)
    {
        value = default;
        Span<byte> text = stackalloc byte[32];
        return float.IsFinite(number) && number.TryFormat(text, out var written, "R", CultureInfo.InvariantCulture) && ExactDecimal.TryParse(text[..written], out value);
    }

    /// <summary>Without trailing zeros, so that equal numbers are equal values.</summary>
    public static bool TryFrom(Int128 mantissa, int exponent, out ExactDecimal value)
    {
        value = default;
        if (mantissa == 0) return true;
        for (; mantissa % 10 == 0; exponent++) mantissa /= 10;
        if (mantissa < long.MinValue || mantissa > long.MaxValue || Math.Abs(exponent) > 100) return false;
        value = new((long)mantissa, exponent);
        return true;
    }

    public static bool TryAdd(ExactDecimal a, ExactDecimal b, out ExactDecimal sum)
    {
        sum = a.Mantissa == 0 ? b : a;
        if (a.Mantissa == 0 || b.Mantissa == 0) return true;
        var exponent = Math.Min(a.Exponent, b.Exponent);
        return Shift(a, exponent, out var left) & Shift(b, exponent, out var right) && TryFrom(left + right, exponent, out sum);
    }

    public static bool TryMultiply(ExactDecimal a, ExactDecimal b, out ExactDecimal product) =>
        TryFrom((Int128)a.Mantissa * b.Mantissa, a.Exponent + b.Exponent, out product);

    /// <summary>A moment told as a number since 1970; digits finer than a nanosecond are cut off, and only ever by a printed double.</summary>
    public static bool TryStamp(ExactDecimal since1970, EpochUnit unit, out Stamp stamp)
    {
        stamp = default;
        var exponent = since1970.Exponent + (int)unit;
        Int128 nanoseconds = since1970.Mantissa;
        for (; exponent > Nano; exponent--) if (Int128.Abs(nanoseconds *= 10) > long.MaxValue) return false;
        for (; exponent < Nano && nanoseconds != 0; exponent++) nanoseconds /= 10;
        if (Int128.Abs(nanoseconds) > long.MaxValue) return false;
        stamp = new((long)nanoseconds);
        return true;
    }

    // 19 digits beside 19 more are all that an Int128 holds.
    private static bool Shift(ExactDecimal number, int exponent, out Int128 mantissa)
    {
        mantissa = number.Mantissa;
        if (number.Exponent - exponent > 18) return false;
        for (var i = number.Exponent; i > exponent; i--) mantissa *= 10;
        return true;
    }

    private static int Digits(ReadOnlySpan<byte> text, int from)
    {
        var length = text[Math.Min(from, text.Length)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return length < 0 ? text.Length - Math.Min(from, text.Length) : length;
    }
}

/// <summary>In what a payload counts the time since 1970; the value is its power of ten in seconds.</summary>
public enum EpochUnit { Nanoseconds = -9, Microseconds = -6, Milliseconds = -3, Seconds = 0 }
