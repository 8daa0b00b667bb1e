using MELT.Devices.Inference;
using MELT.Sensors.Alignment;

namespace MELT.Sensors.Clocks;

/// <summary>Chooses how a meter's clock relates to the session clock from what was recorded of it.</summary>
public static class MeterClocks
{
    public static ClockRelation Relate(RecordedSession session, RecordedMeter meter)
    {
        var domain = meter.Description?.ClockDomain;
        if (EngineStampsElsewhere(session)) return ClockRelation.Unlocked(domain);
        if (!meter.Blocks.IsEmpty && meter.Blocks.Values.All(b => b.StampedOnArrival)) return ClockRelation.Arrival(SpacingSpread(meter));
        if (meter.Blocks.Values.Any(b => b.StampedOnArrival) || domain is null) return ClockRelation.Unlocked(domain);
        if (domain == session.Header?.ClockDomain) return ClockRelation.Shared(domain);
        return session.Exchanges.TryGetValue(domain, out var exchanges) && ClockFit.Fit(domain, exchanges) is { } fitted ? fitted : ClockRelation.Unlocked(domain);
    }

    /// <summary>The engine's stamps are promised in the session clock; phases built of others could not be found in any meter.</summary>
    public static bool EngineStampsElsewhere(RecordedSession session) =>
        session.Events.OfType<EngineEvent.Ready>().FirstOrDefault() is { } ready && session.Header is { } header && ready.Clock.Domain != header.ClockDomain;

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
