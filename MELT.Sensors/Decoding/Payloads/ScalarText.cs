namespace MELT.Sensors.Decoding.Payloads;

/// <summary>A value written as text: a number, a number with a unit we know, on or off, or just text.</summary>
internal static class ScalarText
{
    private const int LongestNumber = 64;
    private static readonly string[] Absent = ["nan", "-nan", "inf", "-inf", "+inf", "infinity", "-infinity", "null", "none", "n/a", "[n/a]", "unknown", "unavailable", "[unknown error]", "[not supported]", "undefined"];

    /// <summary>True for the words by which senders say that they have no value.</summary>
    public static bool IsAbsent(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return true;
        foreach (var word in Absent)
            if (text.Equals(word, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>A number with nothing else around it; a plus and leading zeros are forgiven, since senders that print with a format write them.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out ExactDecimal number)
    {
        number = default;
        Span<byte> ascii = stackalloc byte[LongestNumber];
        if (text.Length is 0 or > LongestNumber || System.Text.Ascii.FromUtf16(text, ascii, out var length) != System.Buffers.OperationStatus.Done) return false;
        var digits = ascii[..length];
        if (digits[0] == '+') digits = digits[1..];
        var negative = digits is [(byte)'-', ..];
        var magnitude = negative ? digits[1..] : digits;
        while (magnitude is [(byte)'0', >= (byte)'0' and <= (byte)'9', ..]) magnitude = magnitude[1..];
        if (!ExactNumbers.IsJsonNumber(magnitude)) return false;
        if (!negative) return ExactNumbers.TryParse(magnitude, out number);
        var signed = digits[(digits.Length - magnitude.Length - 1)..];
        signed[0] = (byte)'-';
        return ExactNumbers.TryParse(signed, out number);
    }

    /// <summary>The unit is null where the text names none that we know.</summary>
    public static PayloadValue Read(ReadOnlySpan<char> text, out string? unit)
    {
        unit = null;
        if (TryNumber(text, out var number)) return PayloadValue.Of(number);
        if (text.Equals("on", StringComparison.OrdinalIgnoreCase) || text.Equals("true", StringComparison.OrdinalIgnoreCase)) return PayloadValue.Of(true);
        if (text.Equals("off", StringComparison.OrdinalIgnoreCase) || text.Equals("false", StringComparison.OrdinalIgnoreCase)) return PayloadValue.Of(false);
        var end = text.LastIndexOfAnyInRange('0', '9') + 1;
        if (end > 0 && end < text.Length && text.Length - end <= 16 && PayloadUnits.TryFind(text[end..].Trim(), out var known) && TryNumber(text[..end], out number))
        {
            unit = known.Symbol;
            return PayloadValue.Of(number);
        }
        return PayloadValue.Of(text.ToString());
    }
}
