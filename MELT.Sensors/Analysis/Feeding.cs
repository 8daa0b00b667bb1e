using System.Collections.Immutable;
using MELT.Devices.Preparation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Analysis;

/// <summary>
/// Whether energy that was seen at a boundary can be what the device used: what is said to have fed it, and whether its meters saw other
/// power flow in (docs/metrics.md, "Supply").
/// </summary>
internal sealed class Feeding
{
    private const string ExternalPower = "external-power";
    private static readonly string[] OfBattery = ["battery-terminals", "cell"];

    private readonly Supply? _supply;
    private readonly string? _flowed;

    public Feeding(RecordedSession session, SessionTimeline timeline, ImmutableDictionary<string, ClockRelation> clocks)
    {
        _supply = session.Header!.DeviceFacts.GetValueOrDefault("supply") is { } told && Supply.TryParse(told, out var supply, out _) ? supply : null;
        _flowed = session.Meters.Values.Where(meter => meter.Id.Device == session.Header.Device)
            .Select(meter => Flowed(meter, clocks[meter.Id.ToString()], timeline)).FirstOrDefault(seen => seen is not null);
    }

    /// <summary>The gauge of a battery in whose place a bench supply stands is not listened to.</summary>
    public bool Ignores(MeterDescription? about) => about is { Gauge: true } && _supply is { IgnoresGauge: true };

    /// <summary>Why a meter's energy at this boundary is not the device's; null when it can be.</summary>
    public Notice? Refusal(MeterDescription? about, string boundary)
    {
        if (_supply?.Refusal(boundary, about?.Gauge == true) is { } text) return new(ExternalPower, text);
        return _flowed is not null && OfBattery.Contains(boundary) ? new(ExternalPower, $"{_flowed} said during the session that power flowed in from outside, so what passed the battery is not what the device used") : null;
    }

    private static string? Flowed(RecordedMeter meter, ClockRelation clock, SessionTimeline timeline)
    {
        if (meter.Description?.Channels.FirstOrDefault(c => c.Quantity == ExternalPower) is not { } channel || timeline.Phases.IsEmpty) return null;
        var (from, to) = clock.Segments.IsEmpty ? (long.MinValue, long.MaxValue) : (clock.At(timeline.Begin).ToMeter(timeline.Begin), clock.At(timeline.End).ToMeter(timeline.End));
        foreach (var block in meter.Blocks.Values)
            if (block.Column(channel.Name) is { } column)
                for (var i = 0; i < block.Count; i++)
                    if (block.Stamps[i] >= from && block.Stamps[i] <= to && column[i] is var value && value != 0 && !double.IsNaN(value)) return $"{meter.Id}.{channel.Name}";
        return null;
    }
}
