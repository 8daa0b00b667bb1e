using System.Collections.Immutable;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Simulation;

/// <summary>What a simulated meter is like: how it samples, how well, by which clock, and where it stands.</summary>
public sealed record MeterProfile
{
    public required string Name { get; init; }
    public required string Instrument { get; init; }
    public SensorKind Kind { get; init; } = SensorKind.Instantaneous;
    public required double PeriodSeconds { get; init; }
    /// <summary>Averaging window of an averaged meter.</summary>
    public double WindowSeconds { get; init; }
    public StampPosition StampPosition { get; init; } = StampPosition.End;
    /// <summary>A reading stamped t speaks of t − latency; known up to its standard uncertainty, from which the true latency is drawn.</summary>
    public double LatencySeconds { get; init; }
    public double LatencyUncertaintySeconds { get; init; }

    public required string Boundary { get; init; }
    /// <summary>Power at the boundary = device power / efficiency + standby.</summary>
    public double Efficiency { get; init; } = 1;
    public double StandbyWatts { get; init; }
    /// <summary>What a voltage channel sees; a current channel sees power / voltage.</summary>
    public double SupplyVolts { get; init; } = 4.2;

    public required ImmutableArray<ChannelProfile> Channels { get; init; }
    public ClockProfile Clock { get; init; } = new();
    /// <summary>Readings per published block.</summary>
    public int BlockSamples { get; init; } = 500;
}

/// <summary>One channel of a simulated meter. Its true gain and offset errors are drawn from its stated accuracy, rectangular.</summary>
/// <param name="Quantity">power, voltage, current or energy.</param>
/// <param name="Grid">Steps of the converter.</param>
/// <param name="Noise">Standard deviation of white noise on each reading, in the channel's unit; none on an energy counter.</param>
public sealed record ChannelProfile(string Name, string Quantity, string Unit, Grid Grid, double Noise, double Gain, double Offset);

/// <summary>Clock of a simulated meter: offset and drift are drawn within these, steps happen as stated.</summary>
public sealed record ClockProfile
{
    public double OffsetSeconds { get; init; } = 3;
    public double DriftPpm { get; init; } = 40;
    /// <summary>Steps: so long after the beginning, by so much.</summary>
    public ImmutableArray<(double AfterSeconds, double BySeconds)> Steps { get; init; } = [];
    public int Probes { get; init; } = 8;
    /// <summary>Least one-way delay of a probe, mean of the delay beyond it, and chance of a probe that is held up.</summary>
    public double DelaySeconds { get; init; } = 0.00015;
    public double JitterSeconds { get; init; } = 0.00005;
    public double HeldUpChance { get; init; } = 0.05;
    public double HeldUpSeconds { get; init; } = 0.005;
}
