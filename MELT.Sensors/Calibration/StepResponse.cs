using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Calibration;

/// <summary>How one sensor answered steps of load: power of load and rest, window and latency, by the regression that derives phases of slow sensors.</summary>
internal sealed record StepResponse
{
    /// <summary>More readings than this are looked at near the edges only, where window and latency are seen: so many periods before and behind each.</summary>
    private const int MostReadings = 1500, Before = 3, Behind = 25;

    public required long Period { get; init; }
    public Figure? Load { get; init; }
    public Figure? Rest { get; init; }
    public double? Noise { get; init; }
    public Figure? Window { get; init; }
    public Figure? Latency { get; init; }

    /// <param name="stated">Latency that the sensor's windows are already shifted by, nanoseconds.</param>
    public static StepResponse Of(PowerSensor sensor, SessionTimeline timeline, ClockRelation clock, long stated)
    {
        var raw = sensor.Windowed.Value;
        var (period, clockU) = (MedianSpacing(raw.Ends), clock.UWithin(timeline.Begin, timeline.End));
        // A clock that was found in these very readings lies anywhere in the window: seen from one period earlier it is a latency again.
        var ahead = clock.Quality == ClockQuality.Locked ? period : 0;
        var ends = Array.ConvertAll(raw.Ends, end => end + stated + ahead);
        var near = Near(ends, timeline, clock, period);
        var readings = new WindowedReadings([.. near.Select(i => ends[i])], [.. near.Select(i => raw.Watts[i])], null);
        var phases = new PhaseColumns(timeline.Phases.Select(p => (p.Name, p.Begin, p.End)), clock);
        if (readings.Count < 2 || PhaseRegression.Fitted(readings, phases.WithBeginnings(period), period) is not { Window: { } window } fit) return new() { Period = period };
        // Of powers that look alike a fitted window tells nothing; with the window held they may still differ by little.
        var held = PhaseRegression.Stated(readings with { Lengths = [.. readings.Ends.Select(_ => window.Nanoseconds)] }, phases.Plain, window.Latency);
        var told = 2 * window.U <= Math.Max(period, window.Nanoseconds / 2);
        return new()
        {
            Period = period,
            Load = Power(fit, timeline, ExerciseSteps.Exercise) ?? Power(held, timeline, ExerciseSteps.Exercise),
            Rest = Power(fit, timeline, ExerciseSteps.Rest) ?? Power(held, timeline, ExerciseSteps.Rest),
            Noise = Quiet(ends, raw.Watts, timeline, clock, window.Latency + window.Nanoseconds + period) ?? fit.Scatter,
            Window = told ? new(window.Nanoseconds / 1e9, 2 * window.U / 1e9) : null,
            Latency = told && ahead == 0 ? new(window.Latency / 1e9, 2 * Math.Sqrt(window.LatencyU * window.LatencyU + clockU * clockU) / 1e9) : null,
        };
    }

    private static long MedianSpacing(long[] ends)
    {
        if (ends.Length < 2) return 0;
        var spacings = ends.Skip(1).Zip(ends, (later, earlier) => later - earlier).Order().ToArray();
        return spacings[(spacings.Length - 1) / 2];
    }

    private static IEnumerable<int> Near(long[] ends, SessionTimeline timeline, ClockRelation clock, long period)
    {
        var all = Enumerable.Range(0, ends.Length);
        if (ends.Length <= MostReadings) return all;
        var edges = timeline.Phases.Where(p => p.Name == ExerciseSteps.Exercise).SelectMany(p => new[] { p.Begin, p.End }).Select(edge => clock.At(edge).ToMeter(edge)).Order().ToArray();
        return all.Where(i =>
        {
            var place = Array.BinarySearch(edges, ends[i]);
            var last = (place >= 0 ? place : ~place - 1) is var before and >= 0 ? edges[before] : long.MinValue / 2;
            var next = (place >= 0 ? place : ~place) is var after && after < edges.Length ? edges[after] : long.MaxValue / 2;
            return ends[i] - last <= Behind * period || next - ends[i] <= Before * period;
        });
    }

    private static Figure? Power(PhaseRegression? fit, SessionTimeline timeline, string sort)
    {
        Interval[] intervals = [.. timeline.Phases.Where(p => p.Name == sort).Select(p => new Interval(p.Begin, p.End))];
        if (fit is null) return null;
        var (energy, seconds) = (fit.Energy(intervals), intervals.Sum(i => i.Length) / 1e9);
        return intervals.Length == 0 || !double.IsFinite(energy.Inflation) ? null
            : new(energy.Joules / seconds, 2 * Math.Sqrt(energy.RegressionU * energy.RegressionU + energy.WindowU * energy.WindowU) / seconds);
    }

    // Within each phase, behind all that its beginning does.
    private static double? Quiet(long[] ends, double[] watts, SessionTimeline timeline, ClockRelation clock, long settling)
    {
        var (squares, freedom) = (0.0, 0);
        foreach (var phase in timeline.Phases)
        {
            var (from, to) = (clock.At(phase.Begin).ToMeter(phase.Begin) + settling, clock.At(phase.End).ToMeter(phase.End));
            var inside = Enumerable.Range(0, ends.Length).Where(i => ends[i] >= from && ends[i] < to).Select(i => watts[i]).ToArray();
            if (inside.Length < 3) continue;
            var mean = inside.Average();
            squares += inside.Sum(w => (w - mean) * (w - mean));
            freedom += inside.Length - 1;
        }
        return freedom == 0 ? null : Math.Sqrt(squares / freedom);
    }
}
