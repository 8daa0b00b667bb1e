using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Clocks;

/// <summary>Power as one meter saw it, by its own clock, at the moments its readings speak of as far as it says.</summary>
internal sealed class MeterPower
{
    private readonly ImmutableArray<PowerSensor> sensors;

    private MeterPower(ImmutableArray<PowerSensor> sensors) => this.sensors = sensors;

    /// <summary>Null when the meter tells no power, or never another one.</summary>
    public static MeterPower? Of(RecordedMeter meter) =>
        PowerSensors.Of(meter).FirstOrDefault(offer => offer.Unusable is null && offer.Sensors.All(s => s.Moves && s.Curve.Last > s.Curve.First)) is { } offer ? new(offer.Sensors) : null;

    public long First => sensors.Max(s => s.Curve.First);
    public long Last => sensors.Min(s => s.Curve.Last);

    /// <summary>The meter cannot follow what changes faster, nanoseconds.</summary>
    public long Period => Math.Max(1, sensors.Max(s => Math.Max(s.Period, s.Window)));

    /// <summary>Mean power of each of so many cells.</summary>
    public double[] Sample(long from, long cell, int count)
    {
        var (starts, watts) = (new long[count], new double[count]);
        for (var i = 0; i < count; i++) starts[i] = from + i * cell;
        foreach (var sensor in sensors) sensor.Curve.Approximate(starts, cell, watts);
        return watts;
    }

    public double Mean(long from, long to) => sensors.Sum(s => s.Curve.Mean(from, to));
}
