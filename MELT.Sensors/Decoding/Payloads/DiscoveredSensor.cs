using System.Collections.Immutable;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>A sensor as a device announces it for Home Assistant: where its values come, which of them it is, what it measures.</summary>
/// <param name="Path">Field of the state's payload read as JSON; null where the payload is the value.</param>
/// <param name="Quantity">Of the unit or the device class, which must agree; null: neither says one that we know.</param>
/// <param name="Kind">accumulated for totals; null: <c>measurement</c> does not tell an average from a moment.</param>
public sealed record DiscoveredSensor(string Id, string? Name, string StateTopic, string? Path, string? Unit, string? Quantity, SensorKind? Kind)
{
    /// <summary>The format that reads the state topic.</summary>
    public string Format => Path is null ? "bare" : "json";
}

/// <summary>What became of a discovery message.</summary>
public abstract record DiscoveryResult
{
    /// <summary><paramref name="Skipped"/> tells of components that are sensors and were not understood.</summary>
    public sealed record Found(ImmutableArray<DiscoveredSensor> Sensors, ImmutableArray<Rejection> Skipped) : DiscoveryResult;
    /// <summary>An empty retained message: what the topic announced is gone.</summary>
    public sealed record Removed : DiscoveryResult;
    public sealed record Rejected(Rejection Reason) : DiscoveryResult;
}
