namespace MELT.Devices.Simulation;

/// <summary>
/// What a simulated device is like. power = level of the phase + ripple of the token + leakage·(temperature − ambient);
/// temperature follows power as one node of heat capacity and thermal resistance.
/// </summary>
public sealed record DeviceProfile
{
    public required string Name { get; init; }

    public double IdleWatts { get; init; } = 0.85;
    public double LoadWatts { get; init; } = 3.2;
    public double ReadyWatts { get; init; } = 1.1;
    public double PrefillWatts { get; init; } = 5.2;
    public double DecodeWatts { get; init; } = 3.6;
    /// <summary>Within each token the power lies this much above the level for <see cref="RippleFraction"/> of the time, and below it for the rest, so that its mean is zero.</summary>
    public double RippleWatts { get; init; } = 0.5;
    public double RippleFraction { get; init; } = 0.6;

    public double AmbientCelsius { get; init; } = 23;
    public double LeakageWattsPerKelvin { get; init; } = 0.01;
    public double HeatCapacityJoulesPerKelvin { get; init; } = 25;
    public double ThermalResistanceKelvinPerWatt { get; init; } = 9;
    /// <summary>From this temperature on, evaluation slows down and takes less power.</summary>
    public double ThrottleCelsius { get; init; } = 43;
    public double ThrottledSpeed { get; init; } = 0.7;
    public double ThrottledPower { get; init; } = 0.8;

    public double LoadSeconds { get; init; } = 1.2;
    public double PrefillTokensPerSecond { get; init; } = 110;
    public double DecodeTokensPerSecond { get; init; } = 17;
    /// <summary>Standard deviation of the logarithm of token gaps and other durations; their mean stays what the rates say.</summary>
    public double GapSpread { get; init; } = 0.08;
    /// <summary>From handing over to evaluating, from evaluating to emitting.</summary>
    public double OverheadSeconds { get; init; } = 0.0003;

    public long ProcessBytes { get; init; } = 60L << 20;
    public long WeightBytes { get; init; } = 640L << 20;
    public long CacheBytesPerToken { get; init; } = 22L << 10;
}

/// <summary>The devices of the simulated lab, by name.</summary>
public static class DeviceProfiles
{
    public static readonly DeviceProfile Phone = new() { Name = "phone" };

    public static readonly DeviceProfile MiniPc = new()
    {
        Name = "mini-pc",
        IdleWatts = 7.5,
        LoadWatts = 16,
        ReadyWatts = 8.2,
        PrefillWatts = 34,
        DecodeWatts = 27,
        RippleWatts = 2.5,
        LeakageWattsPerKelvin = 0.05,
        HeatCapacityJoulesPerKelvin = 120,
        ThermalResistanceKelvinPerWatt = 1.6,
        ThrottleCelsius = 85,
        LoadSeconds = 1.5,
        PrefillTokensPerSecond = 160,
        DecodeTokensPerSecond = 12,
        WeightBytes = 4L << 30,
        CacheBytesPerToken = 128L << 10,
    };

    /// <summary>A small board with a graphics processor, at its 19 V input.</summary>
    public static readonly DeviceProfile Jetson = new()
    {
        Name = "jetson",
        IdleWatts = 5,
        LoadWatts = 10,
        ReadyWatts = 6.2,
        PrefillWatts = 19,
        DecodeWatts = 14,
        RippleWatts = 1.5,
        LeakageWattsPerKelvin = 0.03,
        HeatCapacityJoulesPerKelvin = 90,
        ThermalResistanceKelvinPerWatt = 2,
        ThrottleCelsius = 85,
        LoadSeconds = 1.5,
        PrefillTokensPerSecond = 300,
        DecodeTokensPerSecond = 14,
        WeightBytes = 2L << 30,
        CacheBytesPerToken = 112L << 10,
    };

    /// <summary>A graphics card of a workstation.</summary>
    public static readonly DeviceProfile GraphicsCard = new()
    {
        Name = "graphics-card",
        IdleWatts = 55,
        LoadWatts = 90,
        ReadyWatts = 75,
        PrefillWatts = 330,
        DecodeWatts = 240,
        RippleWatts = 20,
        LeakageWattsPerKelvin = 0.3,
        HeatCapacityJoulesPerKelvin = 800,
        ThermalResistanceKelvinPerWatt = 0.15,
        ThrottleCelsius = 85,
        LoadSeconds = 2,
        PrefillTokensPerSecond = 3000,
        DecodeTokensPerSecond = 60,
        WeightBytes = 14L << 30,
        CacheBytesPerToken = 128L << 10,
    };

    /// <summary>A phone with a model that is nearly too large for it.</summary>
    public static readonly DeviceProfile SlowPhone = Phone with { Name = "slow-phone", LoadSeconds = 6, PrefillTokensPerSecond = 10, DecodeTokensPerSecond = 2, WeightBytes = 4L << 30 };
}
