using MELT.Devices.Simulation;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Trials;

/// <summary>
/// A remote clock of known truth and the probes that saw it: ±200 ppm whose rate walks by 0.05 ppm/√s, three steps per hour of ±5…500 ms,
/// eight probes 64 ms apart every 2 s, each way 0.2 ms + Pareto(0.3 ms, α 1.5), one way in a hundred 10–500 ms more.
/// </summary>
public sealed class ClockTrial
{
    private const double Grid = 0.1;
    private readonly double[] offsets;

    public ClockTrial(int seed, double seconds)
    {
        var (clock, steps, probes) = (new SeededRandom(seed, "clock"), new SeededRandom(seed, "steps"), new SeededRandom(seed, "probes"));
        Seconds = seconds;
        Steps = [.. Enumerable.Range(0, Math.Max(1, (int)Math.Round(seconds / 1200)))
            .Select(_ => (At: seconds * steps.Uniform(), By: (steps.Chance(0.5) ? 5e6 : -5e6) * Math.Pow(100, steps.Uniform()))).OrderBy(step => step.At)];
        offsets = new double[(int)(seconds / Grid) + 20];
        var rate = clock.Within(200e3);
        offsets[0] = clock.Within(3e9);
        for (var i = 1; i < offsets.Length; i++)
        {
            var next = rate + 50 * Math.Sqrt(Grid) * clock.Normal();
            offsets[i] = offsets[i - 1] + (rate + next) / 2 * Grid;
            rate = next;
        }
        Bursts = [.. Enumerable.Range(0, (int)(seconds / 2)).Select(b => Enumerable.Range(0, 8).Select(p => Probe(b * 2 + p * 0.064, probes)).ToArray())];
    }

    public double Seconds { get; }

    /// <summary>When (seconds) and by how much (nanoseconds) the clock stepped.</summary>
    public IReadOnlyList<(double At, double By)> Steps { get; }
    public IReadOnlyList<ClockExchange[]> Bursts { get; }

    public static long Nanoseconds(double seconds) => (long)Math.Round(seconds * 1e9);

    /// <summary>Remote − reference at a moment, nanoseconds.</summary>
    public double Offset(double at)
    {
        var (place, part) = ((int)(at / Grid), at / Grid - (int)(at / Grid));
        return offsets[place] + (offsets[place + 1] - offsets[place]) * part + Steps.Where(step => step.At <= at).Sum(step => step.By);
    }

    public bool IsSettled(double at) => !Steps.Any(step => at >= step.At && at < step.At + 5);

    /// <summary>Moments spread over the trial, outside 5 s after a step.</summary>
    public IEnumerable<double> Moments(SeededRandom random, int count) =>
        Enumerable.Range(0, count).Select(_ => 2 + (Seconds - 4) * random.Uniform()).Where(IsSettled);

    private ClockExchange Probe(double sent, SeededRandom random)
    {
        var there = sent + Way(random);
        return new(new(Nanoseconds(sent)), new(Nanoseconds(there) + (long)Offset(there)), new(Nanoseconds(there + Way(random))));
    }

    private static double Way(SeededRandom random) =>
        0.0002 + 0.0003 * Math.Pow(1 - random.Uniform(), -1 / 1.5) + (random.Chance(0.01) ? 0.01 + 0.49 * random.Uniform() : 0);
}
