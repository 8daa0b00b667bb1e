using System.Collections.Immutable;
using MELT.Devices.Simulation;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Simulation;

/// <summary>
/// The benches there are, by name. Stated accuracies are chosen so that at least two rectangular errors weigh about the same at the device's power:
/// U = 2·u then covers some 96 %, as a good budget should. Workloads last as long as the meter needs to tell most phases.
/// </summary>
public static class LabProfiles
{
    /// <summary>What a device tells of itself: temperature, and memory of the engine.</summary>
    private static readonly MeterProfile State = new()
    {
        Name = "state",
        Instrument = "simulated device state",
        PeriodSeconds = 0.2,
        Channels =
        [
            new("temperature", "temperature", "°C", new(1, -1), Noise: 0.05, Gain: 0, Offset: 0.5),
            new("rss", "memory", "B", new(4096, 0), Noise: 0, Gain: 0, Offset: 0) { Subject = "process:engine" },
        ],
        BlockSamples = 5,
    };

    /// <summary>
    /// A phone at a 5 kHz power meter: gain of V and of I 0.3 % each, offset of I 3 mA at 4.2 V = 12.6 mW ≈ 0.3 % of 4 W.
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
            State,
        ],
    };

    /// <summary>A small board whose own monitor reads its input and two rails behind it, 100 times a second.</summary>
    public static readonly LabProfile JetsonRails = new()
    {
        Name = "jetson-rails",
        Device = new("simulated-jetson"),
        DeviceProfile = DeviceProfiles.Jetson,
        Meters =
        [
            new()
            {
                Name = "ina3221",
                Instrument = "simulated three-channel power monitor",
                PeriodSeconds = 0.01,
                Boundary = "dc-in",
                Channels =
                [
                    new("vdd_in", "power", "W", new(2, -2), Noise: 0.04, Gain: 0.018, Offset: 0.22),
                    new("vdd_cpu_gpu_cv", "power", "W", new(1, -2), Noise: 0.03, Gain: 0.018, Offset: 0.12) { Boundary = "rail", Parent = "vdd_in", Share = 0.58 },
                    new("vdd_soc", "power", "W", new(1, -2), Noise: 0.02, Gain: 0.018, Offset: 0.075) { Boundary = "rail", Parent = "vdd_in", Share = 0.12, Watts = 0.9 },
                ],
                BlockSamples = 50,
            },
            State,
        ],
        Workload = new() { PromptTokens = 300, GeneratedTokens = 40, PauseSeconds = 1 },
    };

    /// <summary>A graphics card whose own sensor averages over 25 ms of each 100 ms.</summary>
    public static readonly LabProfile GpuPartTime = new()
    {
        Name = "gpu-part-time",
        Device = new("simulated-workstation"),
        DeviceProfile = DeviceProfiles.GraphicsCard,
        Meters =
        [
            new()
            {
                Name = "board",
                Instrument = "simulated board sensor of a graphics card",
                Kind = SensorKind.Averaged,
                PeriodSeconds = 0.1,
                WindowSeconds = 0.025,
                StampPosition = StampPosition.End,
                LatencySeconds = 0.02,
                LatencyUncertaintySeconds = 0.002,
                Boundary = "board",
                Channels = [new("p", "power", "W", new(1, -2), Noise: 0.3, Gain: 0.02, Offset: 4)],
                BlockSamples = 5,
            },
            State,
        ],
        Workload = new() { PromptTokens = 12000, GeneratedTokens = 300, PauseSeconds = 3 },
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
                Channels = [new("p", "power", "W", new(1, -2), Noise: 0.005, Gain: 0.01, Offset: 0.25)],
                Clock = new() { OffsetSeconds = 0.5, DriftPpm = 30 },
                BlockSamples = 1,
            },
            State,
        ],
        Workload = new() { BaselineSeconds = 30, Requests = 2, PromptTokens = 64, GeneratedTokens = 960, PauseSeconds = 15, CoolDownSeconds = 5 },
    };

    /// <summary>A phone that knows only what its battery gauge adds up: steps of 1 mWh, told every ten seconds.</summary>
    public static readonly LabProfile Gauge = new()
    {
        Name = "gauge",
        Device = new("simulated-handset"),
        DeviceProfile = DeviceProfiles.SlowPhone,
        Meters =
        [
            new()
            {
                Name = "gauge",
                Instrument = "simulated battery gauge",
                Kind = SensorKind.Accumulated,
                PeriodSeconds = 10,
                Boundary = "battery-terminals",
                Channels = [new("e", "energy", "J", new(36, -1), Noise: 0, Gain: 0.02, Offset: 0.06)],
                BlockSamples = 1,
            },
            State,
        ],
        Workload = new() { BaselineSeconds = 240, Requests = 2, PromptTokens = 48, GeneratedTokens = 480, PauseSeconds = 60, CoolDownSeconds = 40 },
    };

    public static readonly ImmutableSortedDictionary<string, LabProfile> All =
        new[] { PhoneMonsoon, JetsonRails, GpuPartTime, Plug, Gauge }.ToImmutableSortedDictionary(profile => profile.Name, profile => profile, StringComparer.Ordinal);
}
