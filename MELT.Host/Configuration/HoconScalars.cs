using System.Globalization;

namespace MELT.Host.Configuration;

/// <summary>Reads the text of a value as a number, a switch, a duration or a size.</summary>
public static class HoconScalars
{
    private static readonly Dictionary<string, double> Seconds = new(StringComparer.Ordinal)
    {
        ["ns"] = 1e-9,
        ["nanoseconds"] = 1e-9,
        ["us"] = 1e-6,
        ["microseconds"] = 1e-6,
        ["ms"] = 1e-3,
        ["milliseconds"] = 1e-3,
        ["s"] = 1,
        ["second"] = 1,
        ["seconds"] = 1,
        ["m"] = 60,
        ["minute"] = 60,
        ["minutes"] = 60,
        ["h"] = 3600,
        ["hour"] = 3600,
        ["hours"] = 3600,
        ["d"] = 86400,
        ["day"] = 86400,
        ["days"] = 86400,
    };

    private static readonly Dictionary<string, double> Bytes = new(StringComparer.Ordinal)
    {
        [""] = 1,
        ["B"] = 1,
        ["byte"] = 1,
        ["bytes"] = 1,
        ["kB"] = 1e3,
        ["MB"] = 1e6,
        ["GB"] = 1e9,
        ["TB"] = 1e12,
        ["KiB"] = 1L << 10,
        ["MiB"] = 1L << 20,
        ["GiB"] = 1L << 30,
        ["TiB"] = 1L << 40,
        ["K"] = 1L << 10,
        ["M"] = 1L << 20,
        ["G"] = 1L << 30,
        ["T"] = 1L << 40,
    };

    public static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number)
        && double.IsFinite(number);

    public static bool TryWhole(string text, out long number) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    public static bool TrySwitch(string text, out bool value)
    {
        value = text is "true" or "yes" or "on";
        return value || text is "false" or "no" or "off";
    }

    /// <summary>A number and a unit of time, such as <c>100 ms</c> or <c>5s</c>. A number alone is refused: nobody can tell what it means.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        var ok = TrySplit(text, Seconds, out var seconds) && Math.Abs(seconds) < 1e10;
        duration = ok ? new TimeSpan((long)Math.Round(seconds * TimeSpan.TicksPerSecond)) : default;
        return ok;
    }

    /// <summary>A number of bytes, alone or with a unit: <c>200 MiB</c>, <c>1GB</c>, <c>64K</c> (powers of two but for kB, MB, GB, TB).</summary>
    public static bool TrySize(string text, out long bytes)
    {
        var ok = TrySplit(text, Bytes, out var size) && size is >= 0 and < long.MaxValue;
        bytes = ok ? (long)Math.Round(size) : 0;
        return ok;
    }

    private static bool TrySplit(string text, Dictionary<string, double> units, out double value)
    {
        text = text.Trim();
        var end = text.Length;
        while (end > 0 && char.IsAsciiLetter(text[end - 1])) end--;
        value = 0;
        if (!units.TryGetValue(text[end..], out var factor) || !TryNumber(text[..end].TrimEnd(), out var number)) return false;
        value = number * factor;
        return true;
    }
}
