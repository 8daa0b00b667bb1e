using System.Globalization;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>
/// Energy of the package as configured watts times busy processor time, for hosts without a power sensor. Nobody observed the watts, so it says
/// of itself that it is estimated; it is used only where the plan allows that.
/// </summary>
/// <param name="host">Whose processors.</param>
/// <param name="wattsPerBusyProcessor">Power that one busy processor takes.</param>
public sealed class CpuPowerEstimator(HostPlace host, decimal wattsPerBusyProcessor) : IInstrument
{
    private readonly ExactDecimal _watts = wattsPerBusyProcessor > 0
        && Numbers.TryParse(wattsPerBusyProcessor.ToString(CultureInfo.InvariantCulture), out ExactDecimal watts) && watts.Mantissa < int.MaxValue
            ? watts
            : throw new ArgumentOutOfRangeException(nameof(wattsPerBusyProcessor), wattsPerBusyProcessor, "The watts of one busy processor are a positive number of at most nine digits.");

    public MeterId Meter { get; } = host.Meter("cpu-estimate");
    public TimeSpan Period { get; } = TimeSpan.FromMilliseconds(100);
    public Movement Movement => Movement.None;

    public MeterDescription About => new()
    {
        Instrument = string.Create(CultureInfo.InvariantCulture, $"estimate: busy processor time of Linux /proc/stat × {wattsPerBusyProcessor} W"),
        Kind = SensorKind.Accumulated,
        PeriodSeconds = Period.TotalSeconds,
        LatencySeconds = 0,
        LatencyUncertaintySeconds = 0.01 / Math.Sqrt(12),                  // the kernel counts processor time in ticks of 10 ms
        ClockDomain = host.ClockDomain,
        Estimated = true,
        Channels = [new() { Name = "energy", Quantity = "energy", Unit = "J", Boundary = "package", Resolution = (double)(wattsPerBusyProcessor * 0.01m) }],
    };

    public Reading Read()
    {
        if (!CpuUtilization.TryReadTicks(host.Tree, out var busy, out _, out var reason)) return new Reading.Failed(reason);
        var product = (Int128)busy * _watts.Mantissa;
        return product > long.MaxValue
            ? new Reading.Failed("the busy time of /proc/stat is too large to multiply")
            : new Reading.Taken([new("energy", (long)product, _watts.Exponent + Numbers.TicksExponent)]);
    }
}
