using System.Collections.Immutable;

namespace MELT.Sensors.Calibration;

/// <summary>What a check found of one meter: a grade, the finest interval it can defend, and why it is not better.</summary>
public sealed record SensorGrade
{
    public required string Meter { get; init; }
    public string? Instrument { get; init; }
    /// <summary>The session that held the steps of load, and when it ended.</summary>
    public required string Session { get; init; }
    public required DateTimeOffset At { get; init; }
    public bool Simulated { get; init; }
    /// <summary>A to F, by <see cref="Grading"/>.</summary>
    public required string Grade { get; init; }
    /// <summary>Whether at least one of its sensors follows the load.</summary>
    public required bool Moves { get; init; }
    /// <summary>max(3·max(period, window), 10·σ of the clock + latency); null where it defends none.</summary>
    public double? FinestSeconds { get; init; }
    /// <summary>shared, fitted, locked, arrival or unlocked; 2σ of its offset.</summary>
    public required string Clock { get; init; }
    public double? ClockU { get; init; }
    public long Readings { get; init; }
    public long Lost { get; init; }
    public long Duplicates { get; init; }
    public long Rejected { get; init; }
    public ImmutableArray<SensorFindings> Sensors { get; init; } = [];
    /// <summary>What keeps it from the next better grade, and what else a person should know; sentences.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];
}

/// <summary>What the steps of load showed of one sensor of power. Seconds and watts; U is twice the standard uncertainty.</summary>
public sealed record SensorFindings
{
    public required string Sensor { get; init; }
    public required string Boundary { get; init; }
    public Figure? LoadWatts { get; init; }
    public Figure? RestWatts { get; init; }
    public required bool Moves { get; init; }
    /// <summary>Standard deviation of readings while nothing changes, watts.</summary>
    public double? NoiseWatts { get; init; }
    /// <summary>Median time between readings that are new.</summary>
    public required double PeriodSeconds { get; init; }
    /// <summary>How many readings in a row repeat one value, where the meter is polled faster than it works; null: it is not.</summary>
    public int? Repeats { get; init; }
    public Figure? WindowSeconds { get; init; }
    public Figure? LatencySeconds { get; init; }
    public bool AccuracyStated { get; init; }
    /// <summary>What the description states, compared with what was found.</summary>
    public ImmutableArray<Claim> Claims { get; init; } = [];
    /// <summary>What makes it useless as it is described; sentences.</summary>
    public ImmutableArray<string> Faults { get; init; } = [];
}

/// <summary>A found number and its U (coverage 95 % or more).</summary>
public readonly record struct Figure(double Value, double U);

/// <summary>A number of the description beside what was found; seconds.</summary>
/// <param name="What">period, window or latency.</param>
public sealed record Claim(string What, double Stated, Figure Found, bool Agrees);
