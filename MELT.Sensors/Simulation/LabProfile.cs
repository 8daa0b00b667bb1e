using System.Collections.Immutable;
using MELT.Devices;
using MELT.Devices.Simulation;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Simulation;

/// <summary>A bench of the simulated lab: a device, the meters that watch it, the network between, and what to run.</summary>
public sealed record LabProfile
{
    public required string Name { get; init; }
    public required DeviceId Device { get; init; }
    public required DeviceProfile DeviceProfile { get; init; }
    public required ImmutableArray<MeterProfile> Meters { get; init; }
    public NetworkProfile Network { get; init; } = new();
    public SimulatedWorkload Workload { get; init; } = new();

    /// <summary>Where its first meter sees the energy.</summary>
    public string Boundary => Meters[0].Boundary!;
}

/// <summary>What a simulated session runs; the first request is warm-up.</summary>
public sealed record SimulatedWorkload
{
    public double BaselineSeconds { get; init; } = 3;
    public string Model { get; init; } = "simulated-1b";
    public int Requests { get; init; } = 3;
    public int PromptTokens { get; init; } = 64;
    public int GeneratedTokens { get; init; } = 32;
    /// <summary>Ready time before each request and after the last.</summary>
    public double PauseSeconds { get; init; } = 0.2;
    public double CoolDownSeconds { get; init; } = 1;
    /// <summary>A second baseline, once the engine has gone.</summary>
    public double BaselineAfterSeconds { get; init; }
    /// <summary>A coded load between baseline and loading, for meters without a clock.</summary>
    public SyncPattern? Sync { get; init; }
    /// <summary>Steps of load instead of load and requests, by which meters are checked.</summary>
    public SyncPattern? Exercise { get; init; }
    public ImmutableArray<int> Warmup { get; init; } = [0];
}
