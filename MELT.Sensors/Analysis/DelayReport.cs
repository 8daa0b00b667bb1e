using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Analysis;

/// <summary>How long a meter's messages were under way, as far as their times are told and their clocks related.</summary>
internal static class DelayReport
{
    public static MeterDelays Of(RecordedMeter meter, ClockRelation clock)
    {
        var messages = meter.Blocks.SelectMany(block => Messages(block.Value.Stamps, meter.Times[block.Key])).ToArray();
        var related = clock.Quality is ClockQuality.Shared or ClockQuality.Fitted;
        return new(
            related ? Summed(messages.Select(m => m.Times.Ingested.Nanoseconds - clock.ToSession(m.Newest))) : null,
            related ? Summed(messages.Where(m => m.Times is { Published: not null, Brokered: not null }).Select(m => m.Times.Brokered!.Value.Nanoseconds - clock.ToSession(m.Times.Published!.Value.Nanoseconds))) : null,
            Summed(messages.Where(m => m.Times.Brokered is not null).Select(m => m.Times.Ingested - m.Times.Brokered!.Value)));
    }

    private static IEnumerable<(Meters.MessageTimes Times, long Newest)> Messages(IReadOnlyList<long> stamps, IReadOnlyList<Meters.MessageTimes> times)
    {
        for (var i = 0; i < times.Count; i++)
            yield return (times[i], stamps[(i + 1 < times.Count ? times[i + 1].Index : stamps.Count) - 1]);
    }

    private static Delay? Summed(IEnumerable<long> delays)
    {
        var sorted = delays.Order().ToArray();
        return sorted.Length == 0 ? null : new(sorted.Length, sorted[(sorted.Length - 1) / 2] / 1e9, sorted[^1] / 1e9);
    }
}
