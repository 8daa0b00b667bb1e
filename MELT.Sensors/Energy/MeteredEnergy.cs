using System.Collections.Immutable;
using MELT.Sensors.Analysis;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Energy;

/// <summary>An interval of the session clock, nanoseconds.</summary>
public readonly record struct Interval(long Begin, long End)
{
    public long Length => End - Begin;
}

/// <summary>Mean power of the baseline, for net energies.</summary>
/// <param name="Watts">Mean over the baseline phases.</param>
/// <param name="Unsteadiness">Standard uncertainty of that mean as a level, from batch means and the change from before to after; degrees of freedom.</param>
/// <param name="Shares">What each sensor of the boundary read of it, watts.</param>
public sealed record Baseline(double Watts, double Unsteadiness, double DegreesOfFreedom, ImmutableArray<double> Shares);

/// <summary>Energy over a set of intervals with the components of its uncertainty; a refusal instead when it cannot be told.</summary>
public sealed record EnergyEstimate(double Joules, double Seconds, ImmutableArray<Component> Components, bool AccuracyKnown, Notice? Refusal)
{
    /// <summary>Told by regression over the session's phases instead of by integration.</summary>
    public bool Derived { get; init; }
}

/// <summary>One boundary seen by one meter, integrated over intervals of the session clock.</summary>
/// <param name="phases">For what is too slow to be integrated: the phases a regression tells apart; null: none.</param>
/// <param name="foreign">Why what passes this boundary is not what the device uses; null: it is.</param>
public sealed class MeteredEnergy(string boundary, ImmutableArray<PowerSensor> sensors, ClockRelation clock, double stampU, bool estimated, PhaseColumns? phases = null, Notice? foreign = null)
{
    private readonly Lazy<DerivedEnergy?> derived = new(() => phases is null || clock.Quality == ClockQuality.Unlocked ? null : DerivedEnergy.Of(sensors, phases));

    public string Boundary { get; } = boundary;
    public ImmutableArray<PowerSensor> Sensors { get; } = sensors;
    public ClockRelation Clock { get; } = clock;
    public bool Estimated { get; } = estimated;

    /// <summary>Windows and latencies that had to be fitted, by sensor.</summary>
    public ImmutableArray<(string Sensor, FittedWindow Window)> Fitted => derived is { IsValueCreated: true, Value: { } fit } ? fit.Windows : [];

    /// <summary>Gross energy, refused where neither integration nor regression resolves it.</summary>
    public EnergyEstimate Gross(ImmutableArray<Interval> intervals) => Energy(intervals, null);

    /// <summary>Energy above a baseline, E − P_b·T, told the same way as the gross energy.</summary>
    public EnergyEstimate Net(EnergyEstimate gross, ImmutableArray<Interval> intervals, Baseline baseline) =>
        gross.Refusal is not null ? gross : gross.Derived ? Energy(intervals, baseline) : Estimate(intervals, baseline);

    private EnergyEstimate Energy(ImmutableArray<Interval> intervals, Baseline? baseline)
    {
        if (Refuse(intervals) is not { } refusal) return Halved(Estimate(intervals, baseline), intervals);
        if (!Regressible.Contains(refusal.Code) || intervals.IsEmpty || derived.Value is not { } fit) return new(0, 0, [], false, refusal);
        return fit.Estimate(this, intervals, baseline, refusal);
    }

    /// <summary>What is left of the difference of two energies that are equal, of either.</summary>
    private const double RoundingShare = 1e-15;

    private static readonly string[] Regressible = ["sensor-too-slow", "not-identifiable"];

    /// <summary>Value and budget without asking whether the sensor resolves it; with a baseline the energy above it, E − P_b·T.</summary>
    public EnergyEstimate Estimate(ImmutableArray<Interval> intervals, Baseline? baseline)
    {
        var seconds = intervals.Sum(i => i.Length) / 1e9;
        var gross = Joules(intervals);
        var energy = gross - (baseline?.Watts ?? 0) * seconds;
        if (Math.Abs(energy) <= RoundingShare * Math.Abs(gross)) energy = 0;
        var components = new EnergyBudget(this, intervals, stampU, baseline).Components(energy, seconds);
        return new(energy, seconds, components, Sensors.All(s => s.AccuracyKnown), null);
    }

    /// <summary>The integral alone; shifted moves every edge by that many nanoseconds of the meter's clock.</summary>
    public double Joules(ImmutableArray<Interval> intervals, long shift = 0) =>
        intervals.SelectMany(i => Clock.Map(i.Begin, i.End)).GroupBy(piece => piece.Segment)
            .Sum(segment => Sensors.SelectMany(sensor => segment.Select(piece => sensor.Curve.Between(piece.From + shift, piece.To + shift)))
                .Aggregate(Rational.Zero, (sum, part) => sum + part).ToDouble() / (1 + segment.Key.Drift));

    /// <summary>What each sensor read, in the meter's own time: good to the rate of its clock.</summary>
    public ImmutableArray<double> Shares(ImmutableArray<Interval> intervals) =>
        [.. Sensors.Select(sensor => intervals.SelectMany(i => Clock.Map(i.Begin, i.End)).Sum(piece => sensor.Curve.Between(piece.From, piece.To).ToDouble()))];

    /// <summary>Energy of the window of this length with the most of it, among those that begin at a reading and lie inside an interval; null when none fits.</summary>
    public EnergyEstimate? Highest(ImmutableArray<Interval> intervals, long window)
    {
        (double Joules, Interval At, long From)? highest = null;
        foreach (var interval in intervals)
            foreach (var (segment, from, to) in Clock.Map(interval.Begin, interval.End))
            {
                var begin = Math.Max(interval.Begin, segment.From.Nanoseconds);
                var starts = Sensors[0].Curve.KnotsInside(from, to - window);
                var sums = new double[starts.Length];
                foreach (var sensor in Sensors) sensor.Curve.Approximate(starts, window, sums);
                for (var i = 0; i < sums.Length; i++)
                    if (highest is null || sums[i] > highest.Value.Joules)
                        highest = (sums[i], new(starts[i] - from + begin, starts[i] - from + begin + window), starts[i]);
            }
        return highest is not { } peak ? null : Estimate([peak.At], null) with
        {
            // In the meter's own time the window is exactly as long as stated, and so its mean power needs no rate.
            Joules = Sensors.Sum(s => s.Curve.Between(peak.From, peak.From + window).ToDouble()),
        };
    }

    /// <summary>Standard uncertainty, common to all edges, of where an edge lies in the readings, nanoseconds.</summary>
    public double EdgeU(ImmutableArray<Interval> intervals)
    {
        // What was found in the readings was found with all that delays them.
        var latency = Clock.Quality == ClockQuality.Locked ? 0 : Sensors.Max(s => s.LatencyU);
        var offset = intervals.Max(i => Clock.UWithin(i.Begin, i.End));
        return Math.Sqrt(offset * offset + latency * latency);
    }

    public Notice? Refuse(ImmutableArray<Interval> intervals)
    {
        if (foreign is not null) return foreign;
        if (Clock.Quality == ClockQuality.Unlocked)
            return new("clock-unlocked", $"nothing relates the clock of this meter ({Clock.Domain ?? "not stated"}) to the session clock");
        if (Sensors.FirstOrDefault(s => !s.Moves) is { } still)
            return new("sensor-never-moved", $"{still.Name} read the same value all the time");
        if (intervals.IsEmpty) return new("partial", "no such phase was recorded");
        if (Sensors.FirstOrDefault(s => s.Joining == Joining.Unplaced) is { } unplaced) return new("not-identifiable", $"{unplaced.Name}: its averaging window is not stated");
        return TooSlow(intervals.Min(i => i.Length), EdgeU(intervals)) ?? Sensors.Select(s => Unread(s, intervals)).FirstOrDefault(r => r is not null);
    }

    private Notice? TooSlow(long shortest, double edgeU)
    {
        if (Sensors.MaxBy(s => s.Shortest) is { } slowest && shortest < slowest.Shortest)
            return new("sensor-too-slow", $"needs ≤ {Numbers.Milliseconds(shortest / 3.0)} ms, has {Numbers.Milliseconds(slowest.Shortest / 3.0)} ms");
        return shortest < 10 * edgeU
            ? new("sensor-too-slow", $"needs edges known within {Numbers.Milliseconds(shortest / 10.0)} ms, has {Numbers.Milliseconds(edgeU)} ms")
            : null;
    }

    private Notice? Unread(PowerSensor sensor, ImmutableArray<Interval> intervals)
    {
        var pieces = intervals.SelectMany(i => Clock.Map(i.Begin, i.End)).ToArray();
        if (sensor.Falls.Any(fall => pieces.Any(p => fall > p.From && fall <= p.To)))
            return new("out-of-range", $"the counter {sensor.Name} ran backwards");
        var missing = pieces.SelectMany(p => sensor.Curve.Missing(p.From, p.To)).Sum(gap => gap.Seconds);
        var length = pieces.Sum(p => (p.To - p.From) / 1e9);
        // Beyond its ends a counter says nothing at all; inside, a missing reading costs it nothing.
        return missing > (sensor.Joining == Joining.Counter ? 0 : 0.01 * length)
            ? new("gap", $"{sensor.Name} has no readings for {Numbers.Milliseconds(missing * 1e9)} of {Numbers.Milliseconds(length * 1e9)} ms")
            : null;
    }

    internal static EnergyEstimate Halved(EnergyEstimate estimate, ImmutableArray<Interval> intervals)
    {
        if (!estimate.AccuracyKnown) return estimate;
        var expanded = Expanded.Of(estimate.Components);
        return expanded.U95 <= 0.5 * Math.Abs(estimate.Joules) ? estimate : estimate with
        {
            Refusal = new("sensor-too-slow",
                $"needs U ≤ 50 %, has {Numbers.Short(expanded.U95)} J of {Numbers.Short(estimate.Joules)} J in {Numbers.Milliseconds(intervals.Sum(i => i.Length))} ms"),
        };
    }
}
