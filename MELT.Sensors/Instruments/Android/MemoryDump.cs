using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MELT.Sensors.Instruments.Remote;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Android;

/// <summary>
/// <c>dumpsys meminfo PID</c>: PSS and, where it is told, RSS of one process in kB ("TOTAL PSS:" since Android 9, "TOTAL" before). It makes the
/// process answer and costs tens of milliseconds, so it is for checkpoints, and only where the kernel's own files cannot be read.
/// </summary>
public sealed partial class MemoryDump(HostPlace host, TimeSpan period) : IFrameDecoder
{
    public const string Name = "engine-memory";

    public MeterId Meter { get; } = host.Meter(Name);

    public MeterDescription About { get; } = new()
    {
        Instrument = "Android dumpsys meminfo",
        Kind = SensorKind.Instantaneous,
        PeriodSeconds = period.TotalSeconds,
        ClockDomain = host.ClockDomain,
        Channels =
        [
            new() { Name = "pss", Quantity = "memory", Unit = "B", Subject = "process:engine", Resolution = 1024 },
            new() { Name = "rss", Quantity = "memory", Unit = "B", Subject = "process:engine", Resolution = 1024 },
        ],
    };

    public Reading Decode(ImmutableArray<string> lines)
    {
        if (lines.Any(l => l.StartsWith("No process found for", StringComparison.Ordinal))) return new Reading.Gone(lines[0]);
        return TryDecode(lines, out var values, out var reason) ? new Reading.Taken(values) : new Reading.Failed(reason!);
    }

    public static bool TryDecode(IReadOnlyList<string> lines, out ImmutableArray<ChannelValue> values, out string? reason)
    {
        (values, reason) = ([], null);
        if ((First(lines, Proportional()) ?? First(lines, Total())) is not { } pss) reason = "dumpsys meminfo tells no total";
        else values = First(lines, Resident()) is { } rss ? [new("pss", pss * 1024, 0), new("rss", rss * 1024, 0)] : [new("pss", pss * 1024, 0)];
        return reason is null;
    }

    private static long? First(IReadOnlyList<string> lines, Regex pattern) =>
        lines.Select(l => pattern.Match(l)).FirstOrDefault(m => m.Success) is { } match && Numbers.TryParse(match.Groups[1].Value, out long kilobytes) ? kilobytes : null;

    [GeneratedRegex(@"\bTOTAL PSS:\s+([0-9]{1,12})\b")]
    private static partial Regex Proportional();

    [GeneratedRegex(@"^\s*TOTAL:?\s+([0-9]{1,12})\b")]
    private static partial Regex Total();

    [GeneratedRegex(@"\bTOTAL RSS:\s+([0-9]{1,12})\b")]
    private static partial Regex Resident();
}
