using System.Globalization;
using MELT.Devices.Time;

namespace MELT.Sensors.Decoding;

/// <summary>Reads a moment: integer nanoseconds since 1970, or ISO 8601 with offset, to the nanosecond.</summary>
public static class StampText
{
    public static bool TryParse(string text, out Stamp stamp)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var nanoseconds)) return TryParseIso(text, out stamp);
        stamp = new(nanoseconds);
        return true;
    }

    // DateTimeOffset stops at 100 ns, so only whole seconds go through it and the fraction is read as digits.
    private static bool TryParseIso(ReadOnlySpan<char> text, out Stamp stamp)
    {
        stamp = default;
        if (text.Length < 20) return false;
        var whole = text[..19];
        var rest = text[19..];
        long fraction = 0;
        if (rest[0] is '.' or ',')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 9) return false;
            fraction = long.Parse(rest.Slice(1, digits), NumberStyles.None, CultureInfo.InvariantCulture);
            for (var i = digits; i < 9; i++) fraction *= 10;
            rest = rest[(digits + 1)..];
        }
        if (!TryParseOffset(rest, out var offset)) return false;
        if (!DateTime.TryParseExact(whole, ["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd' 'HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)) return false;
        var total = (Int128)(local - DateTime.UnixEpoch - offset).Ticks * 100 + fraction;
        if (total < long.MinValue || total > long.MaxValue) return false;
        stamp = new((long)total);
        return true;
    }

    private static bool TryParseOffset(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (text is "Z" or "z") return true;
        if (text is not ['+' or '-', ..]) return false;
        if (!TimeSpan.TryParseExact(text[1..], ["hh\\:mm", "hhmm", "hh"], CultureInfo.InvariantCulture, out offset)) return false;
        if (text[0] == '-') offset = -offset;
        return true;
    }
}
