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

    /// <summary>Null: it tells no energy.</summary>
    public string? Boundary { get; init; }
    /// <summary>Power at the boundary = device power / efficiency + standby.</summary>
    public double Efficiency { get; init; } = 1;
    public double StandbyWatts { get; init; }
    /// <summary>What a voltage channel sees; a current channel sees power / voltage.</summary>
    public double SupplyVolts { get; init; } = 4.2;

    public required ImmutableArray<ChannelProfile> Channels { get; init; }
    public ClockProfile Clock { get; init; } = new();
    /// <summary>Readings per published block.</summary>
    public int BlockSamples { get; init; } = 500;

    /// <summary>So many nanoseconds before a session it is switched on, so that a slow meter has read once when the session begins; 0.1 s at least.</summary>
    public long Lead => Math.Max(100_000_000, (long)Math.Round(PeriodSeconds * 1.5e9));
}

/// <summary>One channel of a simulated meter. Its true gain and offset errors are drawn from its stated accuracy, rectangular.</summary>
/// <param name="Quantity">power, voltage, current, energy, temperature or memory.</param>
/// <param name="Grid">Steps of the converter.</param>
/// <param name="Noise">Standard deviation of white noise on each reading, in the channel's unit; none on an energy counter.</param>
/// <param name="Offset">In the channel's unit; of an energy counter in watts, since what it adds up has the offset.</param>
public sealed record ChannelProfile(string Name, string Quantity, string Unit, Grid Grid, double Noise, double Gain, double Offset)
{
    /// <summary>Where this channel stands, when not where its meter does.</summary>
    public string? Boundary { get; init; }
    /// <summary>The channel that already contains this one.</summary>
    public string? Parent { get; init; }
    public string? Subject { get; init; }
    /// <summary>Power of this channel = share of the power at the meter's boundary + watts.</summary>
    public double Share { get; init; } = 1;
    public double Watts { get; init; }

    internal bool TellsEnergy => Quantity is "power" or "current" or "energy";
}

/// <summary>Clock of a simulated meter: offset and drift are drawn within these, steps happen as stated.</summary>
public sealed record ClockProfile
{
    public double OffsetSeconds { get; init; } = 3;
    /// <summary>False: nobody is told which clock it is, nor probes it.</summary>
    public bool Known { get; init; } = true;
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
