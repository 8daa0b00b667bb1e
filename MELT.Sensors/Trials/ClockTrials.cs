using System.Globalization;
using MELT.Devices.Simulation;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Trials;

/// <summary>Many seeded trials, scored: errors of each rule outside 5 s after a step, how often MELT's interval covers the truth, and which steps it found.</summary>
public sealed class ClockTrials
{
    private readonly List<double> fitted = [], lastValue = [], robustLine = [], expanded = [];
    private int covered, coveredWithPath, steps, found, invented;

    public static ClockTrials Run(int seeds, double seconds)
    {
        var trials = new ClockTrials();
        Parallel.For(1, seeds + 1, seed => trials.Score(new ClockTrial(seed, seconds), new SeededRandom(seed, "moments")));
        foreach (var values in new[] { trials.fitted, trials.lastValue, trials.robustLine, trials.expanded }) values.Sort();
        return trials;
    }

    /// <summary>99 % quantile of |error|, seconds.</summary>
    public double P99 => Quantile(fitted, 0.99);
    public double Coverage => (double)covered / fitted.Count;
    public double CoverageWithPath => (double)coveredWithPath / fitted.Count;
    public (int All, int Found, int Invented) Steps => (steps, found, invented);

    public override string ToString() => string.Join(Environment.NewLine,
    [
        "rule                                          p50 µs     p99 µs   p99.9 µs     max µs",
        Row("LSL: eight probes, shortest, last value", lastValue),
        Row("Huber line per segment, steps known", robustLine),
        Row("MELT", fitted),
        string.Create(CultureInfo.InvariantCulture, $"MELT: {found} of {steps} steps found within 5 s, {invented} invented; 2 u of the fit covers {100 * Coverage:F2} %, with path asymmetry {100 * CoverageWithPath:F2} %; median 2 u of the fit {Quantile(expanded, 0.5) * 1e6:F1} µs"),
    ]);

    private void Score(ClockTrial trial, SeededRandom random)
    {
        var relation = ClockFit.Fit("remote", [.. trial.Bursts.SelectMany(b => b)])!;
        var known = KnownLines(trial);
        lock (fitted) Score(trial, random, relation, known);
    }

    // Everything is sorted or counted, so the order of the trials does not matter.
    private void Score(ClockTrial trial, SeededRandom random, ClockRelation relation, Func<double, double>[] known)
    {
        foreach (var at in trial.Moments(random, 1000))
        {
            var (truth, moment) = (trial.Offset(at), ClockTrial.Nanoseconds(at));
            var segment = relation.At(moment);
            var error = Math.Abs(segment.ToMeter(moment) - moment - truth);
            fitted.Add(error);
            expanded.Add(2 * segment.FittedUAt(moment));
            covered += error <= 2 * segment.FittedUAt(moment) ? 1 : 0;
            coveredWithPath += error <= 2 * segment.UAt(moment) ? 1 : 0;
            robustLine.Add(Math.Abs(known[trial.Steps.Count(step => step.At <= at)](at) - truth));
            if (LastValue(trial, at) is { } last) lastValue.Add(Math.Abs(last - truth));
        }
        var jumps = Jumps(relation);
        steps += trial.Steps.Count;
        var near = trial.Steps.Select(step => jumps.Where(jump => Math.Abs(jump.At - step.At) <= 5 && Math.Abs(jump.By - step.By) < 1e6).ToArray()).ToArray();
        found += near.Count(hits => hits.Length > 0);
        invented += jumps.Length - near.Sum(hits => Math.Min(1, hits.Length));
    }

    public static IEnumerable<AccuracyCheck> Checks(int seeds, double seconds)
    {
        var trials = Run(seeds, seconds);
        var table = string.Create(CultureInfo.InvariantCulture, $"{seeds} clocks × {seconds:0} s; {trials.ToString().ReplaceLineEndings("; ")}");
        yield return AccuracyCheck.AtMost("clock-fit/p99-seconds", trials.P99, 50e-6, table);
        yield return AccuracyCheck.AtLeast("clock-fit/steps-found", (double)trials.found / trials.steps, 1, $"{trials.found} of {trials.steps} steps of at least 5 ms found within 5 s");
        yield return AccuracyCheck.AtMost("clock-fit/steps-invented", trials.invented, 0, "steps found where there was none");
        yield return new("clock-fit/coverage", trials.Coverage, 0.94, trials.Coverage is >= 0.94 and <= 0.98, "share of the moments whose true offset lies within 2 u of the fit; 94 to 98 % is kept");
    }

    private static (double At, double By)[] Jumps(ClockRelation relation) => [.. relation.Segments.Zip(relation.Segments.Skip(1))
        .Select(pair => (At: pair.Second.From.Nanoseconds / 1e9, By: (double)(pair.Second.ToMeter(pair.Second.From.Nanoseconds) - pair.First.ToMeter(pair.Second.From.Nanoseconds))))
        .Where(jump => Math.Abs(jump.By) > 1e6)];

    // liblsl: probes that took longer than 128 ms are dropped, at least six must remain, the shortest counts until the next burst.
    private static double? LastValue(ClockTrial trial, double at)
    {
        for (var burst = (int)Math.Floor((at - 7 * 0.064 - 0.128) / 2); burst >= 0; burst--)
            if (trial.Bursts[burst].Where(e => e.Received - e.Sent <= 128_000_000).ToArray() is { Length: >= 6 } answered) return Offset(answered.MinBy(e => e.Received - e.Sent)!);
        return null;
    }

    // A line by Huber's weights through the half with the shortest round trips of each true segment.
    private static Func<double, double>[] KnownLines(ClockTrial trial)
    {
        double[] edges = [double.MinValue, .. trial.Steps.Select(step => step.At), double.MaxValue];
        return [.. edges.Zip(edges.Skip(1), (from, to) => HuberLine([.. trial.Bursts.SelectMany(b => b).Where(e => e.Sent.Nanoseconds / 1e9 > from && e.Received.Nanoseconds / 1e9 <= to)]))];
    }

    private static Func<double, double> HuberLine(ClockExchange[] exchanges)
    {
        var half = exchanges.OrderBy(e => e.Received - e.Sent).Take((exchanges.Length + 1) / 2).ToArray();
        if (half.Length < 2) return _ => half.Length == 0 ? 0 : Offset(half[0]);
        double[] x = [.. half.Select(e => e.Sent.Nanoseconds / 1e9)], y = [.. half.Select(Offset)], w = [.. half.Select(_ => 1.0)];
        double slope = 0, level = 0;
        for (var round = 0; round < 10; round++)
        {
            double sum = w.Sum(), mx = x.Zip(w, (a, b) => a * b).Sum() / sum, my = y.Zip(w, (a, b) => a * b).Sum() / sum, sxx = 0, sxy = 0;
            for (var i = 0; i < x.Length; i++) (sxx, sxy) = (sxx + w[i] * (x[i] - mx) * (x[i] - mx), sxy + w[i] * (x[i] - mx) * (y[i] - my));
            slope = sxx > 0 ? sxy / sxx : 0;
            level = my - slope * mx;
            var residuals = x.Zip(y, (a, b) => Math.Abs(b - level - slope * a)).ToArray();
            var limit = 1.345 * 1.4826 * residuals.Order().ElementAt(residuals.Length / 2);
            for (var i = 0; i < x.Length; i++) w[i] = residuals[i] <= limit ? 1 : limit / residuals[i];
        }
        return at => level + slope * at;
    }

    private static double Offset(ClockExchange e) => e.Remote.Nanoseconds - (e.Sent.Nanoseconds + (e.Received - e.Sent) / 2.0);

    private static double Quantile(List<double> sorted, double p) => sorted[(int)((sorted.Count - 1) * p)] / 1e9;

    private static string Row(string rule, List<double> e) => string.Create(CultureInfo.InvariantCulture,
        $"{rule,-40} {Quantile(e, 0.5) * 1e6,11:F1}{Quantile(e, 0.99) * 1e6,11:F1}{Quantile(e, 0.999) * 1e6,11:F1}{e[^1] / 1e3,11:F1}");
}
