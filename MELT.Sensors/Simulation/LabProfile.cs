using System.Collections.Immutable;
using MELT.Devices;
using MELT.Devices.Simulation;
using MELT.Sensors.Meters;

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
    public string Boundary => Meters[0].Boundary;
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
    public ImmutableArray<int> Warmup { get; init; } = [0];
}

/// <summary>The benches there are, by name.</summary>
public static class LabProfiles
{
    /// <summary>
    /// A phone at a 5 kHz power meter. Stated accuracies are chosen so that three rectangular errors weigh about the same at the phone's power
    /// (gain of V and of I 0.3 % each, offset of I 3 mA at 4.2 V = 12.6 mW ≈ 0.3 % of 4 W): U = 2·u then covers some 96 %, as a good budget should.
    /// The converter has 16 bits: 125 µA of ±4.1 A, 125 µV of 8.2 V.
    /// </summary>
    public static readonly LabProfile PhoneMonsoon = new()
    {
        Name = "phone-monsoon",
        Device = new("simulated-phone"),
        DeviceProfile = DeviceProfiles.Phone,
        Meters =
        [
            new()
            {
                Name = "monsoon",
                Instrument = "simulated 5 kHz power meter",
                PeriodSeconds = 0.0002,
                Boundary = "battery-terminals",
                Channels =
                [
                    new("v", "voltage", "V", new(125, -6), Noise: 0.0004, Gain: 0.003, Offset: 0.0005),
                    new("i", "current", "A", new(125, -6), Noise: 0.001, Gain: 0.003, Offset: 0.003),
                ],
            },
        ],
    };

    /// <summary>A small computer at a wall plug that tells the mean of each second.</summary>
    public static readonly LabProfile Plug = new()
    {
        Name = "plug",
        Device = new("simulated-pc"),
        DeviceProfile = DeviceProfiles.MiniPc,
        Meters =
        [
            new()
            {
                Name = "plug",
                Instrument = "simulated 1 Hz wall plug",
                Kind = SensorKind.Averaged,
                PeriodSeconds = 1,
                WindowSeconds = 1,
                StampPosition = StampPosition.End,
                Boundary = "wall-ac",
                Efficiency = 0.87,
                StandbyWatts = 0.4,
                Channels = [new("p", "power", "W", new(1, -2), Noise: 0.005, Gain: 0.01, Offset: 0.1)],
                Clock = new() { OffsetSeconds = 0.5, DriftPpm = 30 },
                BlockSamples = 1,
            },
        ],
        Workload = new() { BaselineSeconds = 5, PromptTokens = 64, GeneratedTokens = 48, CoolDownSeconds = 2 },
    };

    public static readonly ImmutableSortedDictionary<string, LabProfile> All =
        new[] { PhoneMonsoon, Plug }.ToImmutableSortedDictionary(profile => profile.Name, profile => profile, StringComparer.Ordinal);
}
