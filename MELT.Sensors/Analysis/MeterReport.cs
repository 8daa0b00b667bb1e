using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Analysis;

/// <summary>What is said of each meter: its clock, and what became of its readings.</summary>
internal static class MeterReport
{
    public static MeterResults Of(RecordedMeter meter, ClockRelation clock, SessionTimeline timeline)
    {
        var middle = timeline.Begin / 2 + timeline.End / 2;
        var channels = meter.Blocks.Values.SelectMany(b => b.Columns).Select(c => c.Channel).Distinct().Order(StringComparer.Ordinal).ToArray();
        return new(
            meter.Id.ToString(),
            [.. channels],
            new(clock.Domain, Name(clock.Quality), clock.Quality == ClockQuality.Unlocked ? null : 2 * clock.At(middle).UAt(middle) / 1e9),
            new(meter.Stored, meter.Lost, meter.Duplicates, meter.Rejected, channels.Length == 0 ? 0 : Missing(ChannelSeries.Of(meter, channels[0]))));
    }

    private static string Name(ClockQuality quality) => quality switch
    {
        ClockQuality.Shared => "shared",
        ClockQuality.Fitted => "fitted",
        ClockQuality.Locked => "locked",
        ClockQuality.Arrival => "arrival",
        _ => "unlocked",
    };

    private static double Missing(ChannelSeries series) => series.Count < 2 ? 0 : EnergyCurves.Instantaneous(series, 0).Gaps.Sum(gap => gap.Seconds);
}
