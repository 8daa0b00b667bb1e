using MELT.Devices.Simulation;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Tests.Energy;

/// <summary>A load of known power in phases that follow each other, and what a sensor of some window tells of it.</summary>
internal sealed class PhasedLoad
{
    private readonly (string Sort, double Seconds, double Watts)[] phases;

    public PhasedLoad(IEnumerable<(string Sort, double Seconds, double Watts)> phases) => this.phases = [.. phases];

    /// <summary>Rest, then two sorts in turn for lengths between a shortest and a longest, then rest.</summary>
    public static PhasedLoad Of(SeededRandom random, int pairs, double shortest, double longest)
    {
        (string, double, double) Some(string sort, double watts) => (sort, shortest + (longest - shortest) * random.Uniform(), watts);
        double on = 100 + 60 * random.Uniform(), off = 40 + 30 * random.Uniform();
        return new([("rest", 2, 30), .. Enumerable.Range(0, pairs).SelectMany(_ => new[] { Some("on", on), Some("off", off) }), ("rest", 2, 30)]);
    }

    /// <summary>The same beat all the time, half of it on.</summary>
    public static PhasedLoad Beating(double period, double seconds) =>
        new([("rest", 2, 30), .. Enumerable.Range(0, (int)Math.Round(seconds / period)).SelectMany(_ => new[] { ("on", period / 2, 150.0), ("off", period / 2, 50.0) }), ("rest", 2, 30)]);

    public double End => phases.Sum(p => p.Seconds);
    public double Watts(string sort) => phases.First(p => p.Sort == sort).Watts;
    public double Joules(string sort) => phases.Where(p => p.Sort == sort).Sum(p => p.Seconds * p.Watts);

    public double Energy(double t)
    {
        var (sum, begin) = (0.0, 0.0);
        foreach (var (_, seconds, watts) in phases)
        {
            sum += watts * Math.Clamp(t - begin, 0, seconds);
            begin += seconds;
        }
        return sum;
    }

    public double Mean(double from, double to) => (Energy(to) - Energy(from)) / (to - from);

    public IEnumerable<(string Sort, long Begin, long End)> Pieces
    {
        get
        {
            var begin = 0.0;
            foreach (var (sort, seconds, _) in phases)
            {
                yield return (sort, Nanoseconds(begin), Nanoseconds(begin + seconds));
                begin += seconds;
            }
        }
    }

    public PhaseColumns Columns => new(Pieces, ClockRelation.Shared("clock"));
    public IEnumerable<Interval> Intervals(params string[] sorts) => Pieces.Where(p => sorts.Contains(p.Sort)).Select(p => new Interval(p.Begin, p.End));

    /// <summary>Means over a window that ends that long before its stamp, told once per period.</summary>
    /// <param name="stated">False: nobody says how long the window is.</param>
    public WindowedReadings Readings(double period, double window, double latency, bool stated, Func<double>? noise = null)
    {
        var stamps = Enumerable.Range(0, Math.Max(0, (int)Math.Ceiling((End - window - latency) / period))).Select(i => window + latency + (i + 0.37) * period).Where(t => t < End).ToArray();
        return new([.. stamps.Select(Nanoseconds)], [.. stamps.Select(t => Mean(t - latency - window, t - latency) + (noise?.Invoke() ?? 0))], stated ? [.. stamps.Select(_ => Nanoseconds(window))] : null);
    }

    public static long Nanoseconds(double seconds) => (long)Math.Round(seconds * 1e9);
}
