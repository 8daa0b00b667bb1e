using System.Globalization;
using MELT.Sensors.Decoding;

namespace MELT.Sensors.Instruments;

/// <summary>Numbers as the kernel prints them.</summary>
internal static class Numbers
{
    /// <summary>Ticks of <c>/proc</c> per second: USER_HZ, 100 on every architecture .NET runs on, whatever the kernel's own HZ.</summary>
    public const int TicksExponent = -2;

    private const int LongestNumber = 128;

    public static bool TryParse(ReadOnlySpan<char> text, out ExactDecimal number)
    {
        number = default;
        Span<byte> digits = stackalloc byte[LongestNumber];
        return text.Length <= LongestNumber && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _)
            && System.Text.Encoding.ASCII.TryGetBytes(text, digits, out var length) && ExactDecimal.TryParse(digits[..length], out number);
    }

    public static bool TryParse(ReadOnlySpan<char> text, out long number) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    public static ExactDecimal Times(this ExactDecimal number, int powerOfTen) => number.Mantissa == 0 ? number : number with { Exponent = number.Exponent + powerOfTen };

    /// <summary>A name made of what topics, files and columns bear.</summary>
    public static string AsName(string text)
    {
        var name = string.Concat(text.Trim().Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).Trim('-');
        return name.Length > 0 ? name : "unnamed";
    }
}
