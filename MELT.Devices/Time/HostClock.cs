using System.Diagnostics;

namespace MELT.Devices.Time;

/// <summary>
/// Ties the host's monotonic clock to Unix time once, so that stamps read as Unix nanoseconds and yet never step:
/// stamp = <see cref="UnixNanoseconds"/> + (monotonic now − <see cref="MonotonicNanoseconds"/>).
/// The monotonic clock is shared by all processes of one boot, so a child process that is handed the anchor stamps in the same domain.
/// </summary>
public sealed record ClockAnchor(string Domain, long UnixNanoseconds, long MonotonicNanoseconds);

/// <summary>The clock of this host: monotonic, anchored to Unix time, shared with child processes through its <see cref="Anchor"/>.</summary>
public sealed class HostClock(ClockAnchor anchor)
{
    public ClockAnchor Anchor { get; } = anchor;
    public string Domain => Anchor.Domain;

    /// <summary>Resolution of the underlying counter in nanoseconds.</summary>
    public static double ResolutionNanoseconds => 1e9 / Stopwatch.Frequency;

    public Stamp Now => At(Stopwatch.GetTimestamp());

    /// <summary>The stamp of a moment noted earlier as <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public Stamp At(long timestamp) => new(Anchor.UnixNanoseconds + (Nanoseconds(timestamp) - Anchor.MonotonicNanoseconds));

    /// <summary>Anchors a new clock at this moment of <paramref name="time"/>; the domain names the boot and the anchor.</summary>
    public static HostClock Start(TimeProvider time)
    {
        var monotonic = Nanoseconds(Stopwatch.GetTimestamp());
        var unix = Stamp.From(time.GetUtcNow()).Nanoseconds;
        return new(new ClockAnchor($"host-{BootId()}-{unix / 1_000_000:x}", unix, monotonic));
    }

    private static long Nanoseconds(long timestamp)
    {
        var (seconds, rest) = Math.DivRem(timestamp, Stopwatch.Frequency);
        return seconds * 1_000_000_000 + rest * 1_000_000_000 / Stopwatch.Frequency;
    }

    private static string BootId() =>
        File.Exists("/proc/sys/kernel/random/boot_id") ? File.ReadAllText("/proc/sys/kernel/random/boot_id")[..8] : "unknown";
}
