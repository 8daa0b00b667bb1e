using System.Collections.Immutable;

namespace MELT.Sensors.Trials;

/// <summary>One promise about accuracy, kept or not: what was found, the bound it must keep, and how it was found.</summary>
/// <param name="Value">Null where there was nothing to measure, and then it failed.</param>
public sealed record AccuracyCheck(string Name, double? Value, double Bound, bool Pass, string Detail)
{
    public static AccuracyCheck AtMost(string name, double value, double bound, string detail) => new(name, value, bound, value <= bound, detail);
    public static AccuracyCheck AtLeast(string name, double value, double bound, string detail) => new(name, value, bound, value >= bound, detail);
    /// <summary>
    /// A share of trials that must be at least so much, and at most so much. From a thousand trials on it must lie there itself; fewer know it too badly, so they
    /// fail only when chance does not explain the distance (99 % of the binomial distribution, normal approximation).
    /// </summary>
    public static AccuracyCheck Share(string name, int hits, int trials, double least, double most, string detail)
    {
        if (trials == 0) return Failed(name, least, $"{detail}; no trial was answered");
        var (share, slack) = ((double)hits / trials, trials >= Enough ? 0 : 2.6 * Math.Sqrt(least * (1 - least) / trials));
        return new(name, share, least, share >= least - slack && share <= most + slack,
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{detail}; at least {least:P0}{(most < 1 ? $" and at most {most:P0}" : "")}{(slack > 0 ? $", ± {slack:P1} by chance" : "")}"));
    }

    private const int Enough = 1000;

    public static AccuracyCheck Failed(string name, double bound, string detail) => new(name, null, bound, false, detail);
}

/// <summary>The one document of <c>melt selftest accuracy --json</c>.</summary>
public sealed record AccuracyReport(ImmutableArray<AccuracyCheck> Checks)
{
    public int Passed => Checks.Count(c => c.Pass);
    public int Failed => Checks.Length - Passed;
}
