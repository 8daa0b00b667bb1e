using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Analysis;

/// <summary>What is said of each meter: its clock, and what became of its readings.</summary>
internal static class MeterReport
{
    /// <param name="underWay">The readings came over a network while the session went on; otherwise their delays mean nothing.</param>
    public static MeterResults Of(RecordedMeter meter, ClockRelation clock, SessionTimeline timeline, bool underWay)
    {
        var middle = timeline.Begin / 2 + timeline.End / 2;
        var channels = meter.Blocks.Values.SelectMany(b => b.Columns).Select(c => c.Channel).Distinct().Order(StringComparer.Ordinal).ToArray();
        return new(
            meter.Id.ToString(),
            [.. channels],
            new(clock.Domain, Name(clock.Quality), clock.Quality == ClockQuality.Unlocked ? null : 2 * clock.At(middle).UAt(middle) / 1e9) { Fit = Fit(clock, timeline) },
            new(meter.Stored, meter.Lost, meter.Duplicates, meter.Rejected, channels.Length == 0 ? 0 : Missing(ChannelSeries.Of(meter, channels[0]))) { Historical = Historical(meter, clock, timeline) })
        {
            Delays = underWay ? DelayReport.Of(meter, clock) : new(null, null, null),
        };
    }

    /// <summary>What was not understood, counted by sender and reason.</summary>
    public static ImmutableArray<Rejections> Rejected(RecordedSession session) =>
    [
        .. session.Refusals.Values.GroupBy(r => (r.Source, r.Code))
            .Select(group => new Rejections(group.Key.Source, group.Key.Code, group.LongCount(), group.Last().Text))
            .OrderBy(r => r.Source, StringComparer.Ordinal).ThenBy(r => r.Code, StringComparer.Ordinal),
    ];

    private static ClockFitResults? Fit(ClockRelation clock, SessionTimeline timeline)
    {
        if (clock.Evidence is not { } evidence) return null;
        var residuals = evidence.Residuals(clock).Select(r => Math.Abs(r.Residual / 1e9)).ToArray();
        var roundTrips = evidence.Used.Select(e => e.RoundTrip).Order().ToArray();
        return new(
            evidence.Exchanges, evidence.Used.Length, evidence.Late.Length, Math.Sqrt(residuals.Average(r => r * r)), residuals.Max(),
            roundTrips[0] / 1e9, roundTrips[roundTrips.Length / 2] / 1e9, clock.At(timeline.Begin / 2 + timeline.End / 2).Drift * 1e6,
            [.. clock.Steps().Select(step => new ClockStep((step.At - timeline.Begin) / 1e9, step.Size / 1e9))]);
    }

    private static long Historical(RecordedMeter meter, ClockRelation clock, SessionTimeline timeline)
    {
        if (clock.Quality == ClockQuality.Unlocked || timeline.Phases.IsEmpty) return 0;
        var earliest = clock.At(timeline.Begin).ToMeter(timeline.Begin - OldestSeconds * 1_000_000_000);
        return meter.Blocks.Values.Sum(block => block.Stamps.LongCount(stamp => stamp < earliest));
    }

    private const long OldestSeconds = 30;

    /// <summary>The word of results for how a meter's clock is related.</summary>
    public static string Name(ClockQuality quality) => quality switch
    {
        ClockQuality.Shared => "shared",
        ClockQuality.Fitted => "fitted",
        ClockQuality.Locked => "locked",
        ClockQuality.Arrival => "arrival",
        _ => "unlocked",
    };

    private static double Missing(ChannelSeries series) => series.Count < 2 ? 0 : EnergyCurves.Instantaneous(series, 0).Gaps.Sum(gap => gap.Seconds);
}
