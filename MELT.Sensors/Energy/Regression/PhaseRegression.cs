using System.Collections.Immutable;

namespace MELT.Sensors.Energy;

/// <summary>A combination of columns as a fit tells it: joules, the standard uncertainty of the regression with its degrees of freedom, that of the window that was fitted, and how much the columns have in common.</summary>
public readonly record struct FittedEnergy(double Joules, double RegressionU, double DegreesOfFreedom, double WindowU, double Inflation);

/// <summary>
/// Mean power of each sort of phase from readings too slow to be integrated: each reading is the mean over its window, so it is the sum of the sorts' powers
/// weighted with their shares of the window (docs/metrics.md, "Regression"). Where the window is not stated, window and latency are fitted too: the posterior
/// mean over a grid, uniform before, likelihood (residual sum of squares)^−(n−k)/2.
/// </summary>
public sealed class PhaseRegression
{
    /// <summary>A combination whose variance is inflated more than this by what its columns share is not told (the usual limit of collinearity).</summary>
    public const double LargestInflation = 10;
    private const double MostCorrelated = 0.98;
    /// <summary>Steps to a period while looking for the region: fine up to two periods, where fast loads are told apart, and coarse up to twenty.</summary>
    private const int CoarseSteps = 20, LongSteps = 5, FineSteps = 40;
    private const int LongestWindow = 20;
    private const double Negligible = 1e-8;
    private const long Microsecond = 1_000;

    private readonly Columns columns;
    private readonly Design design;
    private readonly NormalEquations equations;
    private readonly double correlation;
    private readonly ImmutableArray<(double Weight, double[] Watts)> candidates;

    private PhaseRegression(Columns columns, Design design, double[] watts, NormalEquations equations, ImmutableArray<(double, double[])> candidates)
    {
        (this.columns, this.design, this.equations, this.candidates, Watts) = (columns, design, equations, candidates, watts);
        var residuals = design.Residuals(watts);
        double squares = residuals.Sum(r => r * r), neighbours = residuals.Skip(1).Zip(residuals, (a, b) => a * b).Sum();
        correlation = squares > 0 ? Math.Clamp(neighbours / squares, 0, MostCorrelated) : 0;
        Scatter = Math.Sqrt(squares / Math.Max(1, design.Count - watts.Length));
    }

    public ImmutableArray<string> Sorts => columns.Sorts;
    /// <summary>Watts of each sort of phase.</summary>
    public double[] Watts { get; }
    /// <summary>Standard deviation of the residuals, watts.</summary>
    public double Scatter { get; }
    /// <summary>Fitted window and latency with their standard uncertainties, nanoseconds; null where they were stated.</summary>
    public FittedWindow? Window { get; private init; }

    /// <summary>With window and latency as stated; the whole is shifted by some nanoseconds to see what an edge's uncertainty does. Null when there are fewer readings than sorts.</summary>
    public static PhaseRegression? Stated(WindowedReadings readings, Columns columns, long shift = 0)
    {
        if (columns.Segments.IsEmpty) return null;
        var design = new Design(readings, columns, shift, null);
        return design.Count <= columns.Sorts.Length ? null : Solved(columns, design, [], null);
    }

    /// <summary>Window and latency fitted as well.</summary>
    /// <param name="period">Of the readings, nanoseconds.</param>
    public static PhaseRegression? Fitted(WindowedReadings readings, Columns columns, long period)
    {
        if (columns.Segments.IsEmpty || period <= 0) return null;
        var longest = Math.Min(LongestWindow * period, (columns.Segments[^1].To - columns.Segments[0].From) / 4);
        long step = Math.Max(1, period / CoarseSteps), lengthy = Math.Max(1, period / LongSteps);
        var windows = Steps(step, Math.Min(2 * period, longest), step).Concat(Steps(2 * period + lengthy, longest, lengthy)).ToArray();
        var likely = Posterior(readings, columns, Steps(0, period, step), windows).Where(c => c.Weight > Negligible).ToArray();
        if (likely.Length == 0) return null;
        var margin = likely.Max(c => c.Window) > 2 * period ? lengthy : step;
        var fine = Posterior(readings, columns,
            Between(likely.Min(c => c.Latency) - step, likely.Max(c => c.Latency) + step, 0, period), Between(likely.Min(c => c.Window) - margin, likely.Max(c => c.Window) + margin, step / 2, longest));
        double latency = fine.Sum(c => c.Weight * c.Latency), window = fine.Sum(c => c.Weight * c.Window);
        double Spread(Func<Candidate, double> of, double mean) => Math.Sqrt(fine.Sum(c => c.Weight * (of(c) - mean) * (of(c) - mean)));
        // Whole microseconds, so that the last bits of a logarithm change nothing.
        var (l, w) = (Rounded(latency), Math.Max(Microsecond, Rounded(window)));
        var fitted = new FittedWindow(w, Spread(c => c.Window, window), l, Spread(c => c.Latency, latency)) { DelayU = Spread(c => c.Latency + c.Window / 2.0, latency + window / 2) };
        return Solved(columns, new Design(readings, columns, l, w), [.. fine.Where(c => c.Weight > Negligible).Select(c => (c.Weight, c.Watts))], fitted);
    }

    /// <summary>Energy over intervals of the session's clock.</summary>
    public FittedEnergy Energy(IEnumerable<Interval> intervals)
    {
        var seconds = columns.Seconds(intervals);
        double Joules(double[] watts) => watts.Zip(seconds, (w, s) => w * s).Sum();
        var energy = Joules(Watts);
        var (own, together) = design.Weights(equations.Solve(seconds), correlation);
        // Neighbours that err together tell less of a long mean, and more of a difference, than as many independent ones.
        var repeated = own > 0 ? together / own : 1;
        return new(energy, Scatter * Math.Sqrt(together), Math.Max(1, design.Count / Math.Max(1, repeated) - Watts.Length),
            Math.Sqrt(candidates.Sum(c => c.Weight * Square(Joules(c.Watts) - energy))), equations.Inflation(seconds));
    }

    private static PhaseRegression Solved(Columns columns, Design design, ImmutableArray<(double, double[])> candidates, FittedWindow? window)
    {
        var (matrix, right, _) = design.Normal();
        var equations = new NormalEquations(matrix);
        return new(columns, design, equations.Solve(right), equations, candidates) { Window = window };
    }

    private sealed record Candidate(long Latency, long Window, double[] Watts, double Squares, double Weight = 0);

    private static long[] Steps(long first, long last, long step) => last < first ? [] : [.. Enumerable.Range(0, (int)((last - first) / step) + 1).Select(i => first + i * step)];

    private static long[] Between(long first, long last, long least, long most)
    {
        (first, last) = (Math.Max(first, least), Math.Min(last, most));
        return [.. Enumerable.Range(0, FineSteps + 1).Select(i => first + (last - first) * i / FineSteps).Distinct()];
    }

    private static List<Candidate> Posterior(WindowedReadings readings, Columns columns, long[] latencies, long[] windows)
    {
        var (all, degrees) = (new List<Candidate>(), 0);
        var (low, high) = (readings.Watts.Min(), readings.Watts.Max());
        foreach (var window in windows)
            foreach (var latency in latencies)
            {
                var design = new Design(readings, columns, latency, window);
                if (design.Count <= columns.Sorts.Length) continue;
                var (matrix, right, squares) = design.Normal();
                var watts = new NormalEquations(matrix).Solve(right);
                // A window so long that phases blur is made to fit by powers that nothing ever read.
                if (watts.Any(w => w < low - (high - low) || w > high + (high - low))) continue;
                // Per reading: with the longest windows and latencies a reading or two of the first have no phase.
                all.Add(new(latency, window, watts, Math.Max(1e-12 * squares, squares - right.Zip(watts, (r, w) => r * w).Sum()) / design.Count));
                degrees = design.Count - columns.Sorts.Length;
            }
        if (all.Count == 0) return all;
        var least = all.Min(c => c.Squares);
        var weighed = all.ConvertAll(c => c with { Weight = Math.Exp(-degrees / 2.0 * Math.Log(c.Squares / least)) });
        var total = weighed.Sum(c => c.Weight);
        return weighed.ConvertAll(c => c with { Weight = c.Weight / total });
    }

    private static long Rounded(double nanoseconds) => (long)Math.Round(nanoseconds / Microsecond) * Microsecond;
    private static double Square(double x) => x * x;
}

/// <summary>A sensor's averaging window and latency as fitted, with standard uncertainties; nanoseconds. A reading stamped t is the mean from t − latency − window to t − latency.</summary>
public sealed record FittedWindow(long Nanoseconds, double U, long Latency, double LatencyU)
{
    /// <summary>Standard uncertainty of latency + window/2, which is known better than either.</summary>
    public double DelayU { get; init; }
}
