using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Topics;

/// <summary>
/// How messages that are not of MELT's own tree become readings of a meter: one entry of <c>sensors.conf</c>, kept as an event.
/// Null means not stated: nothing is filled in but what the payload itself or the named instrument says.
/// </summary>
/// <param name="Name">Unique; the meter's name where nothing else gives it one.</param>
/// <param name="Topic">A <see cref="TopicPattern"/>.</param>
/// <param name="Format">One of <see cref="Decoding.Payloads.PayloadFormats"/>.</param>
public sealed record SensorRule(string Name, string Topic, string Format)
{
    /// <summary>What the meter watches; null: the topic's <c>+device</c>.</summary>
    public string? Device { get; init; }
    /// <summary>Null: the topic's <c>+meter</c>, or the rule's own name.</summary>
    public string? Meter { get; init; }
    public string? Instrument { get; init; }
    public SensorKind? Kind { get; init; }
    public double? PeriodSeconds { get; init; }
    public double? WindowSeconds { get; init; }
    public StampPosition? StampPosition { get; init; }
    public double? LatencySeconds { get; init; }
    public double? LatencyUncertaintySeconds { get; init; }
    /// <summary>The domain of the times that payloads tell; null: readings are stamped when they arrive.</summary>
    public string? Clock { get; init; }
    public bool Held { get; init; }
    public bool Gauge { get; init; }
    /// <summary>Who saw the meter move with a load; null: nobody says so.</summary>
    public string? Vouched { get; init; }
    public ImmutableArray<ChannelRule> Channels { get; init; } = [];

    /// <summary>The topic that announced it; null: an operator wrote it.</summary>
    public string? AnnouncedOn { get; init; }

    /// <summary>By content: the same rule may come from a file, from the journal and from another node.</summary>
    public bool Equals(SensorRule? other) => other is not null
        && (Name, Topic, Format, Device, Meter, Instrument, Kind) == (other.Name, other.Topic, other.Format, other.Device, other.Meter, other.Instrument, other.Kind)
        && (PeriodSeconds, WindowSeconds, StampPosition, LatencySeconds, LatencyUncertaintySeconds) == (other.PeriodSeconds, other.WindowSeconds, other.StampPosition, other.LatencySeconds, other.LatencyUncertaintySeconds)
        && (Clock, Held, Gauge, Vouched, AnnouncedOn) == (other.Clock, other.Held, other.Gauge, other.Vouched, other.AnnouncedOn)
        && Channels.SequenceEqual(other.Channels);

    public override int GetHashCode() => HashCode.Combine(Name, Topic, Format, Channels.Length);
}

/// <summary>One channel of a rule: which field of the payload, and what it measures. value = scale × field, in <see cref="Unit"/>, kept in that quantity's base unit.</summary>
public sealed record ChannelRule
{
    /// <summary>Null: the topic's <c>+channel</c>.</summary>
    public string? Name { get; init; }
    /// <summary>The field, as <c>melt sensors sniff</c> and <c>test</c> name it.</summary>
    public required string Path { get; init; }
    /// <summary>Null: that of the unit.</summary>
    public string? Quantity { get; init; }
    /// <summary>Null: what the payload says; where it says none, the values are recorded and enter no metric.</summary>
    public string? Unit { get; init; }
    public string? Boundary { get; init; }
    public string? Parent { get; init; }
    public SensorKind? Kind { get; init; }
    /// <summary>In the base unit, as is the accuracy.</summary>
    public double? Resolution { get; init; }
    public Accuracy? Accuracy { get; init; }
    /// <summary>Negative where the sensor counts the other way round.</summary>
    [JsonConverter(typeof(ExactDecimalConverter))]
    public ExactDecimal Scale { get; init; } = One;

    public static ExactDecimal One { get; } = new(1, 0);
}
