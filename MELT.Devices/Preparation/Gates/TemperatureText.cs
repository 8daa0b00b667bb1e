using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Devices.Preparation.Gates;

/// <summary>Reads temperatures out of what kernels and Android services write.</summary>
public static partial class TemperatureText
{
    private const double Coldest = -40, Warmest = 150;

    /// <summary>
    /// A thermal zone of sysfs: millidegrees, as the kernel's interface says; some vendors' kernels write whole degrees, which are told by
    /// their size. Null where nothing is connected or the unit cannot be told.
    /// </summary>
    public static double? Zone(string text)
    {
        if (!long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)) { return null; }
        double? celsius = Math.Abs(value) >= 1_000 ? value / 1_000.0 : Math.Abs(value) <= Warmest && value != 0 ? value : null;
        return celsius is >= Coldest and <= Warmest ? celsius : null;
    }

    /// <summary>The battery's temperature from <c>dumpsys battery</c>, which counts in tenths of a degree.</summary>
    public static double? Battery(string dumpsys) => Field(dumpsys, "temperature") / 10.0;

    /// <summary>The charge in percent from <c>dumpsys battery</c>.</summary>
    public static int? Level(string dumpsys) => Field(dumpsys, "level");

    /// <summary>The current temperatures of <c>dumpsys thermalservice</c>; what it calls cached may be hours old. Types 6 to 8 are a battery's volts, amperes and percents.</summary>
    public static IReadOnlyList<DeviceTemperature> ThermalService(string dumpsys)
    {
        const string Current = "Current temperatures from HAL:";
        var begin = dumpsys.IndexOf(Current, StringComparison.Ordinal);
        if (begin < 0) { return []; }
        return [.. dumpsys[(begin + Current.Length)..].Split('\n').SkipWhile(line => line.Trim().Length == 0).Select(line => Temperature().Match(line)).TakeWhile(m => m.Success)
            .Where(m => m.Groups["type"].Value is not ("6" or "7" or "8"))
            .Select(m => new DeviceTemperature(m.Groups["name"].Value, double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture)))
            .Where(t => t.Celsius is >= Coldest and <= Warmest)];
    }

    private static int? Field(string dumpsys, string name) => dumpsys.Split('\n').Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
        .Where(p => p.Length == 2 && p[0] == name && int.TryParse(p[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        .Select(p => (int?)int.Parse(p[1], CultureInfo.InvariantCulture)).FirstOrDefault();

    [GeneratedRegex(@"Temperature\{mValue=(?<value>-?\d+(\.\d+)?), mType=(?<type>-?\d+), mName=(?<name>[^,}]+)")]
    private static partial Regex Temperature();
}
