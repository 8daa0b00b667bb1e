using System.Collections.Immutable;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Topics;

/// <summary>What a rule says of its meter, in the form in which meters describe themselves.</summary>
public static class RuleDescription
{
    /// <summary>What a channel of this quantity is called where nothing names it; null: there is no usual name.</summary>
    public static string? UsualName(string? quantity) => quantity switch
    {
        "power" => "p",
        "voltage" => "v",
        "current" => "i",
        "energy" => "e",
        "temperature" => "t",
        _ => null,
    };

    public static MeterDescription Of(SensorRule rule, ImmutableArray<ChannelDescription> channels) => new()
    {
        Instrument = rule.Instrument,
        Kind = rule.Kind,
        PeriodSeconds = rule.PeriodSeconds,
        WindowSeconds = rule.WindowSeconds,
        StampPosition = rule.StampPosition,
        LatencySeconds = rule.LatencySeconds,
        LatencyUncertaintySeconds = rule.LatencyUncertaintySeconds,
        ClockDomain = rule.Clock,
        Held = rule.Held,
        Gauge = rule.Gauge,
        Rule = rule.Name,
        Channels = channels,
    };

    /// <summary>A channel as it is recorded: in the base unit of what <paramref name="unit"/> measures; without a unit that is known, values as they came and of no unit.</summary>
    public static ChannelDescription Of(ChannelRule channel, string name, string? unit)
    {
        var known = unit is not null && PayloadUnits.TryFind(unit, out var found) ? found : null;
        return new()
        {
            Name = name,
            Quantity = channel.Quantity ?? known?.Quantity,
            Unit = known?.Base,
            Boundary = channel.Boundary,
            Parent = channel.Parent,
            Kind = channel.Kind,
            Resolution = channel.Resolution,
            Accuracy = channel.Accuracy,
        };
    }
}
