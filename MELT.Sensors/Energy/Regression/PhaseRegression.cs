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
    /// <summary>Steps to a period while looking for the region: windows fine up to two periods, where fast loads are told apart, and coarse up to twenty.</summary>
    private const int ShortSteps = 100, LongSteps = 10, FineSteps = 40;
    private const int LongestPeriods = 20;
    private const double Negligible = 1e-8;
    /// <summary>Readings' worth of belief that a power is like the mean of all readings.</summary>
    private const double Holding = 0.01;
    /// <summary>Likelihood beside the best at which a window may still be the sensor's: 95 % for two parameters.</summary>
    private const double Plausible = 0.05;
    /// <summary>No load is flatter, and no sensor a purer mean, than this share of what was read.</summary>
    private const double Flatness = 0.01;
    /// <summary>Powers closer than this share of what was read look alike.</summary>
    private const double Alike = 0.1;
    private const long Microsecond = 1_000;

    private readonly Columns columns;
    private readonly Design design;
    private readonly NormalEquations equations;
    private readonly Lazy<SerialNoise> noise;
    private readonly int rows;
    private readonly double range;
    private readonly ImmutableArray<Candidate> candidates;
    private readonly ImmutableArray<NormalEquations> plausible;

    private PhaseRegression(Columns columns, Design design, NormalForm form, NormalEquations equations, ImmutableArray<Candidate> candidates, ImmutableArray<NormalEquations> plausible)
    {
        (this.columns, this.design, this.equations, this.candidates, this.plausible, Watts) = (columns, design, equations, candidates, plausible, equations.Solve(form.Right));
        (rows, range) = (form.Rows, design.Readings.Watts.Max() - design.Readings.Watts.Min());
        noise = new(() =>
        {
            var (all, residuals) = design.Left(Watts);
            return new(all, residuals, equations, Watts.Length);
        });
    }

    public ImmutableArray<string> Sorts => columns.Sorts;
    /// <summary>Watts of each sort of phase.</summary>
    public double[] Watts { get; }
    /// <summary>Standard deviation of what the readings deviate from the phases' powers, watts.</summary>
    public double Scatter => noise.Value.Scatter;
    /// <summary>Fitted window and latency with their standard uncertainties, nanoseconds; null where they were stated.</summary>
    public FittedWindow? Window { get; private init; }
    /// <summary>The longest window that was tried.</summary>
    private long LongestWindow { get; init; }

    /// <summary>With window and latency as stated; the whole is shifted by some nanoseconds to see what an edge's uncertainty does. Null when there are fewer readings than sorts.</summary>
    public static PhaseRegression? Stated(WindowedReadings readings, Columns columns, long shift = 0)
    {
        if (columns.Segments.IsEmpty) return null;
        var design = new Design(readings, columns, shift, null);
        return Solved(columns, design, [], null, []);
    }

    /// <summary>Window and latency fitted as well.</summary>
    /// <param name="period">Of the readings, nanoseconds.</param>
    public static PhaseRegression? Fitted(WindowedReadings readings, Columns columns, long period)
    {
        if (columns.Segments.IsEmpty || period <= 0 || readings.Count == 0) return null;
        var longest = Math.Min(LongestPeriods * period, (columns.Segments[^1].To - columns.Segments[0].From) / 4);
        long brief = Math.Max(1, period / ShortSteps), lengthy = Math.Max(1, period / LongSteps);
        var coarse = Weighed([
            .. Candidates(readings, columns, Steps(0, period, brief), Steps(brief, Math.Min(2 * period, longest), brief)),
            .. Candidates(readings, columns, Steps(0, period, lengthy), Steps(2 * period + lengthy, longest, lengthy)),
        ]);
        var likely = coarse.Where(c => c.Weight > Negligible).ToArray();
        if (likely.Length == 0) return null;
        var step = likely.Max(c => c.Window) > 2 * period ? lengthy : brief;
        var fine = Weighed(Candidates(readings, columns,
            Between(likely.Min(c => c.Latency) - step, likely.Max(c => c.Latency) + step, 0, period), Between(likely.Min(c => c.Window) - step, likely.Max(c => c.Window) + step, brief, longest)));
        double latency = fine.Sum(c => c.Weight * c.Latency), window = fine.Sum(c => c.Weight * c.Window);
        double Spread(Func<Candidate, double> of, double mean) => Math.Sqrt(fine.Sum(c => c.Weight * (of(c) - mean) * (of(c) - mean)));
        // Whole microseconds, so that the last bits of a logarithm change nothing.
        var (l, w) = (Rounded(latency), Math.Max(Microsecond, Rounded(window)));
        var fitted = new FittedWindow(w, Spread(c => c.Window, window), l, Spread(c => c.Latency, latency)) { DelayU = Spread(c => c.Latency + c.Window / 2.0, latency + window / 2) };
        return Solved(columns, new(readings, columns, l, w), [.. fine.Where(c => c.Weight > Negligible)], fitted, [.. PlausibleOf(coarse), .. PlausibleOf(fine)], longest);
    }

    /// <summary>Energy over intervals of the session's clock.</summary>
    public FittedEnergy Energy(IEnumerable<Interval> intervals)
    {
        var seconds = columns.Seconds(intervals);
        double Joules(double[] watts) => Sum(watts, seconds);
        var energy = Joules(Watts);
        var (own, together) = design.Weights(equations.Solve(seconds), noise.Value.Correlation);
        // Neighbours that err together tell less of a long mean, and more of a difference, than as many independent ones; and how much they do is itself an estimate.
        var repeated = own > 0 ? Math.Max(1, together / own) : 1;
        return new(energy, Scatter * Math.Sqrt(together), Math.Max(1, (rows - Watts.Length) / (1 + 2 * repeated)),
            Math.Sqrt(candidates.Sum(c => c.Weight * Square(Joules(c.Watts) - energy))), Blurred(seconds) ? double.PositiveInfinity : plausible.Select(e => e.Inflation(seconds)).Append(equations.Inflation(seconds)).Max());
    }

    /// <summary>The value alone.</summary>
    public double Joules(IEnumerable<Interval> intervals) => Sum(Watts, columns.Seconds(intervals));

    private static double Sum(double[] watts, double[] seconds) => watts.Zip(seconds, (w, s) => w * s).Sum();

    // Where phases are shorter than a window may be, and look alike, equal powers and a window that blurs them cannot be told apart.
    private bool Blurred(double[] seconds)
    {
        if (Window is null) return false;
        var brief = Enumerable.Range(0, Watts.Length).Select(column => !columns.IsBeginning(column) && columns.Segments.Where(s => s.Column == column).All(s => s.To - s.From < LongestWindow)).ToArray();
        // With whom a sort alternates is its most frequent neighbour.
        var fellows = columns.Segments.Zip(columns.Segments.Skip(1)).SelectMany(p => new[] { (Of: p.First.Column, Other: p.Second.Column), (Of: p.Second.Column, Other: p.First.Column) })
            .Where(p => p.Of != p.Other && !columns.IsBeginning(p.Other)).GroupBy(p => p.Of).Select(of => (Of: of.Key, Other: of.CountBy(p => p.Other).OrderByDescending(n => n.Value).ThenBy(n => n.Key).First().Key));
        return fellows.Any(p => seconds[p.Of] > 0 && seconds[p.Other] == 0 && brief[p.Of] && brief[p.Other] && Math.Abs(Watts[p.Of] - Watts[p.Other]) < Math.Max(Alike * range, 2 * DifferenceU(p.Of, p.Other)));
    }

    private double DifferenceU(int one, int other) => Scatter * Math.Sqrt(equations.Variance([.. Watts.Select((_, i) => i == one ? 1.0 : i == other ? -1.0 : 0)]));

    // One window that may be the sensor's and does not tell the phases apart is enough: what the others say would be chosen, not measured.
    private static IEnumerable<NormalEquations> PlausibleOf(List<Candidate> candidates)
    {
        var least = Plausible * candidates.Max(c => c.Weight);
        return candidates.Where(c => c.Weight >= least).Select(c => c.Equations);
    }

    private static PhaseRegression? Solved(Columns columns, Design design, ImmutableArray<Candidate> candidates, FittedWindow? window, ImmutableArray<NormalEquations> plausible, long longest = 0)
    {
        var form = design.Normal();
        var equations = new NormalEquations(form.Matrix);
        return form.Rows <= columns.Sorts.Length ? null : new(columns, design, form, equations, candidates, plausible) { Window = window, LongestWindow = longest };
    }

    private sealed record Candidate(long Latency, long Window, NormalForm Form, double Squares, double Weight = 0)
    {
        private readonly Lazy<NormalEquations> equations = new(() => new(Form.Matrix));

        public NormalEquations Equations => equations.Value;
        public double[] Watts => Equations.Solve(Form.Right);
    }

    private static long[] Steps(long first, long last, long step) => last < first ? [] : [.. Enumerable.Range(0, (int)((last - first) / step) + 1).Select(i => first + i * step)];

    private static long[] Between(long first, long last, long least, long most)
    {
        (first, last) = (Math.Max(first, least), Math.Min(last, most));
        return [.. Enumerable.Range(0, FineSteps + 1).Select(i => first + (last - first) * i / FineSteps).Distinct()];
    }

    private static IEnumerable<Candidate> Candidates(WindowedReadings readings, Columns columns, long[] latencies, long[] windows)
    {
        var (middle, range) = (readings.Watts.Average(), readings.Watts.Max() - readings.Watts.Min());
        foreach (var window in windows)
            foreach (var latency in latencies)
            {
                var form = new Design(readings, columns, latency, window).Normal();
                // Per reading: with the longest windows and latencies a reading or two of the first have no phase.
                if (range > 0 && form.Rows > columns.Sorts.Length) yield return new(latency, window, form, Fit(form, middle) / form.Rows + Square(Flatness * range));
            }
    }

    private static List<Candidate> Weighed(IEnumerable<Candidate> candidates)
    {
        var all = candidates.ToList();
        if (all.Count == 0) return all;
        var best = all.MinBy(c => c.Squares)!;
        var degrees = best.Form.Rows - best.Form.Right.Length;
        var weighed = all.ConvertAll(c => c with { Weight = Math.Exp(-degrees / 2.0 * Math.Log(c.Squares / best.Squares)) });
        var total = weighed.Sum(c => c.Weight);
        return weighed.ConvertAll(c => c with { Weight = c.Weight / total });
    }

    // Residual sum of squares where powers far from all that was ever read cost something: a window in which phases blur could be made to fit by them.
    private static double Fit(NormalForm form, double middle)
    {
        var n = form.Right.Length;
        var (held, pulled) = ((double[,])form.Matrix.Clone(), (double[])form.Right.Clone());
        for (var i = 0; i < n; i++)
        {
            held[i, i] += Holding;
            pulled[i] += Holding * middle;
        }
        var watts = NormalEquations.SolveDefinite(held, pulled);
        return Math.Max(0, form.Squares + n * Holding * middle * middle - pulled.Zip(watts, (p, w) => p * w).Sum());
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
