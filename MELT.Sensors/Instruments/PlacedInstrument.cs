using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>An instrument of which the operator says where its power is taken; what it says itself wins.</summary>
/// <param name="boundaries">By the name of the meter, or meter/channel.</param>
public sealed class PlacedInstrument(IInstrument instrument, IReadOnlyDictionary<string, string> boundaries) : IInstrument
{
    public MeterId Meter => instrument.Meter;
    public TimeSpan Period => instrument.Period;
    public Movement Movement => instrument.Movement;
    public bool SpansReadings => instrument.SpansReadings;
    public MeterDescription About => instrument.About with { Channels = [.. instrument.About.Channels.Select(Placed)] };
    public Reading Read() => instrument.Read();
    public IInstrument Keep(IReadOnlySet<string> channels) => new PlacedInstrument(instrument.Keep(channels), boundaries);

    /// <summary>Some channel of this meter is spoken of.</summary>
    public static bool Concerns(IReadOnlyDictionary<string, string> boundaries, MeterId meter) => boundaries.Keys.Any(key => key == meter.Name || key.StartsWith(meter.Name + "/", StringComparison.Ordinal));

    private ChannelDescription Placed(ChannelDescription channel) => channel.Boundary is null && channel.Quantity is "power" or "energy" or "voltage" or "current"
        && (boundaries.TryGetValue($"{Meter.Name}/{channel.Name}", out var boundary) || boundaries.TryGetValue(Meter.Name, out boundary)) ? channel with { Boundary = boundary } : channel;
}
