using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Calibration;

/// <summary>One sensor of a session with its clock, ready to be asked for the mean power of a stretch in which nothing changes.</summary>
internal sealed record Watcher(PowerSensor Sensor, ClockRelation Clock)
{
    /// <summary>Where the window is not stated it may be this many periods long.</summary>
    private const int UnknownWindow = 5;

    private long Slowness => Math.Max(1, Math.Max(Sensor.Window, Sensor.Joining == Joining.Unplaced ? UnknownWindow * Sensor.Period : Sensor.Period));

    /// <summary>Sensors of the meter by boundary, those that one number each tells: several rails together have no gain of their own.</summary>
    /// <param name="raw">Without corrections, as a calibration is to be found.</param>
    public static IEnumerable<(string Boundary, Watcher Watcher)> Of(RecordedSession session, MeterId id, SessionTimeline timeline, bool raw)
    {
        if (!session.Meters.TryGetValue(id.ToString(), out var meter)) yield break;
        if (raw) meter = meter with { Calibrations = ImmutableSortedDictionary<long, MeterCalibration>.Empty };
        var clock = MeterClocks.Relate(session, meter);
        if (clock.Quality == ClockQuality.Unlocked) yield break;
        foreach (var offer in PowerSensors.Of(meter, timeline.EdgesBy(clock)))
            if (offer is { Unusable: null, Sensors: [var sensor] }) yield return (offer.Boundary, new(sensor, clock));
    }

    /// <summary>The channel, where the sensor is one channel; null of V·I.</summary>
    public string? Channel(MeterId meter) => Sensor.Name[(meter.ToString().Length + 1)..] is var name && !name.Contains('*') ? name : null;

    /// <summary>The part of a phase in which all readings are of it alone; null when it is shorter than three of them.</summary>
    public Interval? Settled(long begin, long end)
    {
        var doubt = (long)Math.Ceiling(4 * Clock.UWithin(begin, end) + 2 * Sensor.LatencyU);
        var inside = new Interval(begin + 2 * Slowness + doubt, end - Slowness - doubt);
        return inside.Length >= 3 * Slowness ? inside : null;
    }

    /// <summary>Mean watts over a settled stretch and what of it is chance.</summary>
    public (double Watts, double U)? Mean(Interval stretch)
    {
        var (from, to) = (Clock.At(stretch.Begin).ToMeter(stretch.Begin), Clock.At(stretch.End).ToMeter(stretch.End));
        if (from < Sensor.Curve.First || to > Sensor.Curve.Last) return null;
        var windowed = Sensor.Windowed.Value;
        var inside = Enumerable.Range(0, windowed.Count).Where(i => windowed.Ends[i] > from && windowed.Ends[i] <= to).Select(i => windowed.Watts[i]).ToArray();
        if (inside.Length < 3) return null;
        var mean = inside.Average();
        var scatter = Math.Sqrt(inside.Sum(w => (w - mean) * (w - mean)) / (inside.Length - 1) / inside.Length);
        return (Sensor.Curve.Mean(from, to), Math.Max(scatter, Step((to - from) / 1e9)));
    }

    // Without noise, rounding does not average out.
    private double Step(double seconds) => Sensor.Influences switch
    {
        [{ Label: "", Resolution: { } q }] => q / Math.Sqrt(12) * (Sensor.Joining == Joining.Counter ? Math.Sqrt(2) / seconds : 1),
        _ => 0,
    };

    /// <summary>Standard uncertainties that all its values share: relative, and in watts; null where no accuracy is stated.</summary>
    public (double Gain, double Offset)? Common(long begin, long end)
    {
        if (!Sensor.AccuracyKnown) return null;
        var (from, to) = (Clock.At(begin).ToMeter(begin), Clock.At(end).ToMeter(end));
        return (Math.Sqrt(Sensor.Influences.Sum(i => i.GainU * i.GainU)),
            Math.Sqrt(Sensor.Influences.Sum(i => Math.Pow(i.OffsetU * (i.Weight?.Mean(Math.Max(from, i.Weight.First), Math.Min(to, i.Weight.Last)) ?? 1), 2))));
    }
}
