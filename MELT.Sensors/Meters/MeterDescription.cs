using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MELT.Sensors.Meters;

/// <summary>
/// What a meter says of itself, retained on <c>melt/v1/{device}/{meter}/about</c> as JSON in snake_case.
/// Null means not stated, and has consequences (docs/metrics.md); nothing is ever filled in by guessing.
/// </summary>
public sealed record MeterDescription
{
    public string? Instrument { get; init; }
    /// <summary>instantaneous, averaged or accumulated.</summary>
    public SensorKind? Kind { get; init; }
    public double? PeriodSeconds { get; init; }
    /// <summary>Averaging window of an averaged sensor.</summary>
    public double? WindowSeconds { get; init; }
    /// <summary>Where in its window an averaged reading is stamped.</summary>
    public StampPosition? StampPosition { get; init; }
    /// <summary>A reading stamped t speaks of t − latency.</summary>
    public double? LatencySeconds { get; init; }
    /// <summary>Standard uncertainty of the latency.</summary>
    public double? LatencyUncertaintySeconds { get; init; }
    /// <summary>Clock domain of the stamps; null: stamped on arrival by MELT.</summary>
    public string? ClockDomain { get; init; }
    /// <summary>measured unless stated: <c>estimated</c> readings were not observed (configured watts); <c>simulated</c> come from the simulated lab.</summary>
    public bool Estimated { get; init; }
    public bool Simulated { get; init; }
    /// <summary>Readings are polled faster than the sensor works: each repeats the last value until the sensor has a new one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Held { get; init; }
    /// <summary>It is the device's own battery gauge: with a bench supply in place of the battery it has nothing to measure.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Gauge { get; init; }
    /// <summary>True: it answers clock probes on its <c>probe</c> topic with the clock of <see cref="ClockDomain"/>.</summary>
    public bool? Probes { get; init; }
    /// <summary>Nothing relates its clock to the session's, but somebody vouches that the two agree within this: only there it is looked for by what the device did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ClockWithinSeconds { get; init; }
    /// <summary>What the catalogue of instruments filled in, and from which entry; null: the meter said all of it itself.</summary>
    public string? CompletedFrom { get; init; }
    /// <summary>The rule of <c>sensors.conf</c> by which its messages were understood; null: it publishes on MELT's own topics.</summary>
    public string? Rule { get; init; }
    public ImmutableArray<ChannelDescription> Channels { get; init; } = [];

    /// <summary>It says the same as <paramref name="other"/>, and perhaps describes channels that the other does not.</summary>
    public bool Adds(MeterDescription other) =>
        MeterJson.Same(other with { CompletedFrom = null }, this with { CompletedFrom = null, Channels = [.. Channels.Where(c => other.Channels.Any(o => o.Name == c.Name))] });
}

/// <summary>One channel: what it measures, in which unit, where, how well.</summary>
public sealed record ChannelDescription
{
    public required string Name { get; init; }
    /// <summary>power, voltage, current, energy, temperature, memory, cpu-time, utilization, frequency, pressure, …</summary>
    public string? Quantity { get; init; }
    /// <summary>SI unit: W, V, A, J, °C, B, s, 1, Hz. Null: unknown; recorded, in no metric.</summary>
    public string? Unit { get; init; }
    /// <summary>cell, battery-terminals, dc-in, wall-ac, board, package, rail.</summary>
    public string? Boundary { get; init; }
    /// <summary>Channel of the same meter that already contains this rail; energies of a child are never added to its parent.</summary>
    public string? Parent { get; init; }
    /// <summary>Overrides the meter's kind for this channel.</summary>
    public SensorKind? Kind { get; init; }
    /// <summary>Smallest step q in the channel's unit.</summary>
    public double? Resolution { get; init; }
    /// <summary>What the channel speaks of when not the whole device: <c>process:engine</c> for the engine's own memory or CPU time.</summary>
    public string? Subject { get; init; }
    public Accuracy? Accuracy { get; init; }
}

/// <summary>
/// Stated accuracy: ±<see cref="Gain"/>·reading ± <see cref="Offset"/> (in the channel's unit; of an energy counter in watts, the offset of the power it adds up, since a shift of its zero cancels). Rectangular (u = a/√3) unless <see cref="CoverageFactor"/> gives the certificate's k (u = a/k).
/// </summary>
public sealed record Accuracy(double Gain, double Offset, string Source, double? CoverageFactor = null);

[JsonConverter(typeof(JsonStringEnumConverter<SensorKind>))]
public enum SensorKind
{
    [JsonStringEnumMemberName("instantaneous")] Instantaneous,
    [JsonStringEnumMemberName("averaged")] Averaged,
    [JsonStringEnumMemberName("accumulated")] Accumulated,
}

[JsonConverter(typeof(JsonStringEnumConverter<StampPosition>))]
public enum StampPosition
{
    [JsonStringEnumMemberName("start")] Start,
    [JsonStringEnumMemberName("centre")] Centre,
    [JsonStringEnumMemberName("end")] End,
}
