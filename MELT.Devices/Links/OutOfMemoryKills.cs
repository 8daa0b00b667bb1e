using System.Globalization;

namespace MELT.Devices.Links;

/// <summary>How many processes the kernel has killed for want of memory since it started; zero where it does not say.</summary>
internal static class OutOfMemoryKills
{
    private const string Source = "/proc/vmstat", Key = "oom_kill ";

    public static long Count()
    {
        if (!File.Exists(Source)) { return 0; }
        var line = File.ReadLines(Source).FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal));
        return line is not null && long.TryParse(line.AsSpan(Key.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
    }
}
