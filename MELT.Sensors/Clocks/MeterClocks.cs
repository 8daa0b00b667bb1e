using MELT.Sensors.Alignment;

namespace MELT.Sensors.Clocks;

/// <summary>Chooses how a meter's clock relates to the session clock from what was recorded of it.</summary>
public static class MeterClocks
{
    /// <summary>Transport takes no less than nothing, and what takes longer is lost.</summary>
    private const long LongestTransport = 30_000_000_000;
    /// <summary>A clock that nobody looked after is right within 100 ppm, rectangular.</summary>
    private const double UnknownDriftU = 100e-6 / 1.7320508075688772;

    public static ClockRelation Relate(RecordedSession session, RecordedMeter meter) => Relate(session, meter, SessionTimeline.Of(session));

    /// <summary>What is recorded of the clock; where that is nothing, or the arrival alone, what the device did and the meter saw.</summary>
    public static ClockRelation Relate(RecordedSession session, RecordedMeter meter, SessionTimeline timeline)
    {
        // Phases are built of the engine's stamps: those that cannot be told in session time could not be found in any meter.
        if (timeline.EngineClock.Quality == ClockQuality.Unlocked) return ClockRelation.Unlocked(meter.Description?.ClockDomain);
        var relation = Recorded(session, meter);
        if (relation.Quality is ClockQuality.Arrival or ClockQuality.Unlocked) relation = Seen(meter, relation, timeline) ?? relation;
        return relation.Widened(timeline.EngineClock.OffsetU(timeline));
    }

    private static ClockRelation Recorded(RecordedSession session, RecordedMeter meter)
    {
        var domain = meter.Description?.ClockDomain;
        if (!meter.Blocks.IsEmpty && meter.Blocks.Values.All(b => b.StampedOnArrival)) return ClockRelation.Arrival(SpacingSpread(meter));
        if (meter.Blocks.Values.Any(b => b.StampedOnArrival) || domain is null) return ClockRelation.Unlocked(domain);
        if (domain == session.Header?.ClockDomain) return ClockRelation.Shared(domain);
        return session.Exchanges.TryGetValue(domain, out var exchanges) && ClockFit.Fit(domain, exchanges) is { } fitted ? fitted : ClockRelation.Unlocked(domain);
    }

    private static ClockRelation? Seen(RecordedMeter meter, ClockRelation relation, SessionTimeline timeline)
    {
        var arrived = relation.Quality == ClockQuality.Arrival;
        if ((!arrived && meter.Blocks.Values.Any(b => b.StampedOnArrival)) || MeterPower.Of(meter) is not { } power) return null;
        var seeking = new LoadLock(power, arrived ? (-2 * power.Period, LongestTransport) : Within(meter.Description?.ClockWithinSeconds));
        var lag = PowerShape.OfCode(timeline) is { } code ? seeking.ByCode(code) : null;
        lag ??= PowerShape.OfPhases(timeline) is { } phases ? seeking.ByEdges(phases, timeline.Begin, timeline.End) : null;
        return lag is null ? null : arrived ? ClockRelation.Locked(null, lag, relation.Segments[0].FloorU, 0) : ClockRelation.Locked(relation.Domain, lag, 0, UnknownDriftU);
    }

    private static (long Least, long Most) Within(double? seconds) => seconds is { } most ? (-(long)(most * 1e9), (long)(most * 1e9)) : (long.MinValue, long.MaxValue);

    // The true delay cannot be seen; how unevenly readings arrive can, and is the only witness of it.
    private static double SpacingSpread(RecordedMeter meter)
    {
        var stamps = meter.Blocks.Values.SelectMany(b => b.Stamps).ToArray();
        if (stamps.Length < 3) return 0;
        var spacings = stamps.Skip(1).Zip(stamps, (later, earlier) => (double)(later - earlier)).ToArray();
        var mean = spacings.Average();
        return Math.Sqrt(spacings.Sum(s => (s - mean) * (s - mean)) / (spacings.Length - 1));
    }
}
