using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MELT.Sensors.Analysis;

/// <summary>JSON in the one form of RFC 8785: no white space, keys sorted by UTF-16 code units, numbers and strings as ECMAScript writes them.</summary>
public static class CanonicalJson
{
    /// <summary>Fractions keep this many significant digits, so that the last bits of a platform's arithmetic do not change a hash.</summary>
    public const int SignificantDigits = 12;
    private const long LargestExact = 1L << 53;

    /// <summary>Canonical UTF-8 bytes; fractional numbers are rounded first. Null <paramref name="digits"/>: RFC 8785 without rounding.</summary>
    public static byte[] Write(JsonElement value, int? digits = SignificantDigits)
    {
        var text = new StringBuilder();
        Append(text, value, digits);
        return System.Text.Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>A number as ECMAScript writes it: shortest digits that read back, decimal from 1e-6 to 1e21.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), "JSON has no such number.");
        if (value == 0) return "0";
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var (mantissa, exponent) = shortest.Split('E') is [var m, var e] ? (m, int.Parse(e, CultureInfo.InvariantCulture)) : (shortest, 0);
        var point = mantissa.IndexOf('.') is >= 0 and var place ? place : mantissa.Length;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var leading = digits.Length - digits.TrimStart('0').Length;
        digits = digits.Trim('0');
        // value = 0.digits × 10^n
        var n = point - leading + exponent;
        var text = n switch
        {
            > 21 or <= -6 => (digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}") + $"e{(n > 0 ? "+" : "-")}{Math.Abs(n - 1).ToString(CultureInfo.InvariantCulture)}",
            <= 0 => "0." + new string('0', -n) + digits,
            _ when n >= digits.Length => digits.PadRight(n, '0'),
            _ => $"{digits[..n]}.{digits[n..]}",
        };
        return value < 0 ? "-" + text : text;
    }

    private static void Append(StringBuilder text, JsonElement value, int? digits)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                Join(text, '{', value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal), property =>
                {
                    Append(text, property.Name);
                    text.Append(':');
                    Append(text, property.Value, digits);
                }, '}');
                break;
            case JsonValueKind.Array: Join(text, '[', value.EnumerateArray(), item => Append(text, item, digits), ']'); break;
            case JsonValueKind.String: Append(text, value.GetString()!); break;
            case JsonValueKind.Number: text.Append(NumberOf(value, digits)); break;
            default: text.Append(value.GetRawText()); break;
        }
    }

    private static void Join<T>(StringBuilder text, char open, IEnumerable<T> items, Action<T> append, char close)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first) text.Append(',');
            first = false;
            append(item);
        }
        text.Append(close);
    }

    // Whole numbers are counts and stamps: they are exact and stay so.
    private static string NumberOf(JsonElement value, int? digits) =>
        value.TryGetInt64(out var whole) && whole is >= -LargestExact and <= LargestExact ? whole.ToString(CultureInfo.InvariantCulture)
        : Number(digits is { } d ? double.Parse(value.GetDouble().ToString($"E{d - 1}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : value.GetDouble());

    private static void Append(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
            text.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\u{(int)character:x4}",
                _ => character.ToString(),
            });
        text.Append('"');
    }
}
