using System.Collections.Immutable;
using MELT.Sensors.Instruments.Android;
using MELT.Sensors.Instruments.Jetson;

namespace MELT.Sensors.Instruments.Remote;

/// <summary>What the operator says about the meters of a device; everything may be left as it is.</summary>
public sealed record DeviceSettings
{
    public static readonly DeviceSettings Default = new();

    /// <summary>Period by the name of the meter.</summary>
    public ImmutableSortedDictionary<string, TimeSpan> Periods { get; init; } = ImmutableSortedDictionary<string, TimeSpan>.Empty;

    /// <summary>No meter is sampled faster unless <see cref="Periods"/> says so: every sample costs the device a few processes.</summary>
    public TimeSpan Shortest { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a value may stand while meters are looked for, before it is taken for dead.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How this device's battery tells its current; null: what is known of its model, else microamperes with the sign taken from its status.</summary>
    public BatteryQuirk? Battery { get; init; }

    /// <summary>What the rails of this device contain, by their label, before what is known of its board.</summary>
    public ImmutableArray<Rail> Rails { get; init; } = [];

    public TimeSpan PeriodOf(string meter, TimeSpan own) => Periods.TryGetValue(meter, out var period) ? period : own < Shortest ? Shortest : own;
}

/// <summary>What was found on a device: sources for the publisher, meters refused with their reasons, and what a person should know of those used.</summary>
public sealed record DeviceFound(DeviceFacts Facts, ImmutableArray<IReadingSource> Usable, ImmutableArray<RefusedInstrument> Refused, ImmutableArray<string> Notices)
{
    public IEnumerable<SourcedMeter> Meters => Usable.SelectMany(s => s.Meters);
}
