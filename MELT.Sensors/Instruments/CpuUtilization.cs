using System.Collections.Immutable;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>How busy the processors are, from the first line of <c>/proc/stat</c>: the share since the last reading, and the busy time counted since boot.</summary>
public sealed class CpuUtilization(HostPlace host) : IInstrument
{
    private (long Busy, long Total)? _last;

    public MeterId Meter { get; } = host.Meter("cpu");
    public TimeSpan Period { get; } = TimeSpan.FromMilliseconds(100);
    public Movement Movement => Movement.None;
    public bool SpansReadings => true;

    public MeterDescription About => new()
    {
        Instrument = "Linux /proc/stat",
        Kind = SensorKind.Averaged,
        PeriodSeconds = Period.TotalSeconds,
        WindowSeconds = Period.TotalSeconds,
        StampPosition = StampPosition.End,
        ClockDomain = host.ClockDomain,
        Channels =
        [
            new() { Name = "utilization", Quantity = "utilization", Unit = "1" },
            new() { Name = "busy", Quantity = "cpu-time", Unit = "s", Kind = SensorKind.Accumulated, Resolution = 0.01 },
        ],
    };

    public Reading Read()
    {
        if (!TryReadTicks(host.Tree, out var busy, out var total, out var reason)) return new Reading.Failed(reason);
        if (_last?.Total == total) return new Reading.Nothing();
        var last = _last;
        _last = (busy, total);
        // The kernel may take back some waiting time, so neither count is sure to grow between two readings.
        if (last is not { } previous || total < previous.Total || busy < previous.Busy) return new Reading.Nothing();
        var millionths = ((busy - previous.Busy) * 1_000_000 + (total - previous.Total) / 2) / (total - previous.Total);
        return new Reading.Taken([new("utilization", Math.Min(millionths, 1_000_000), -6), new("busy", busy, Numbers.TicksExponent)]);
    }

    /// <summary>Ticks all processors were busy, and all ticks, stolen ones included. Guest time is already part of user time.</summary>
    internal static bool TryReadTicks(IHostTree tree, out long busy, out long total, out string reason)
    {
        (busy, total) = (0, 0);
        if (!tree.TryRead("proc/stat", out var text, out var problem)) { reason = problem; return false; }
        reason = "/proc/stat does not begin with the line of all processors";
        var fields = text.Split('\n', 2)[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields is not ["cpu", _, _, _, _, ..]) return false;
        var ticks = ImmutableArray.CreateBuilder<long>(8);
        foreach (var field in fields.Skip(1).Take(8))
        {
            if (!Numbers.TryParse(field, out long value)) return false;
            ticks.Add(value);
        }
        total = ticks.Sum();
        busy = total - ticks[3] - ticks.ElementAtOrDefault(4) - ticks.ElementAtOrDefault(7);      // idle, iowait, steal
        return true;
    }
}
