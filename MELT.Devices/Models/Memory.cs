using System.Globalization;

namespace MELT.Devices.Models;

/// <summary>The memory of this machine as far as this process may have it.</summary>
internal static class Memory
{
    /// <summary>What can be used without swapping, page cache included, bounded by the control group; very much where it is not known.</summary>
    public static long AvailableBytes()
    {
        var machine = Kilobytes("MemAvailable:") is { } kilobytes ? kilobytes * 1024 : long.MaxValue;
        return Math.Min(machine, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var limit ? limit : long.MaxValue);
    }

    private static long? Kilobytes(string key)
    {
        if (!File.Exists("/proc/meminfo")) { return null; }
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
        return line is not null && long.TryParse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
