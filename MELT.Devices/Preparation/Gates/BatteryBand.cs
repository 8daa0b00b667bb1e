using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MELT.Devices.Preparation.Gates;

/// <summary>Between which charges, in percent, a run may begin: the terminal voltage and with it the draw of a device depend on it.</summary>
public sealed record BatteryBand(int Lowest, int Highest)
{
    private const string Between = "..";

    /// <summary>Reads <c>40..80</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out BatteryBand? band, [NotNullWhen(false)] out string? problem)
    {
        band = text.Replace("%", "", StringComparison.Ordinal).Split(Between, StringSplitOptions.TrimEntries) is [var low, var high]
            && int.TryParse(low, NumberStyles.None, CultureInfo.InvariantCulture, out var lowest) && int.TryParse(high, NumberStyles.None, CultureInfo.InvariantCulture, out var highest)
            && lowest <= highest && highest <= 100 ? new(lowest, highest) : null;
        problem = band is null ? $"'{text}' is not a band of charge such as 40..80" : null;
        return band is not null;
    }

    /// <summary>Why a run must not begin at this charge; null when it may.</summary>
    public string? Judge(int? level) => level switch
    {
        null => "the device does not tell the charge of its battery",
        < 0 or > 100 => string.Create(CultureInfo.InvariantCulture, $"the device tells a charge of {level} %, which cannot be"),
        _ when level < Lowest => string.Create(CultureInfo.InvariantCulture, $"the battery has {level} %, below {Lowest} %: charge it"),
        _ when level > Highest => string.Create(CultureInfo.InvariantCulture, $"the battery has {level} %, above {Highest} %: let it run down"),
        _ => null,
    };

    /// <summary>Reads the charge of a device; null where it does not tell.</summary>
    public static async Task<int?> ReadLevelAsync(DeviceAccess device, CancellationToken stop)
    {
        if (device.Platform == DevicePlatform.Android && TemperatureText.Level((await device.Shell.AskAsync(stop, "dumpsys", "battery")).Text) is { } level) { return level; }
        var files = await device.Files.LookAsync(stop, "/sys/class/power_supply/battery/capacity", "/sys/class/power_supply/BAT*/capacity");
        return files.Count > 0 && int.TryParse(files[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? percent : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Lowest}..{Highest}");
}
