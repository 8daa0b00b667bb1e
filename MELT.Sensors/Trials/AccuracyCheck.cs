using System.Collections.Immutable;

namespace MELT.Sensors.Trials;

/// <summary>One promise about accuracy, kept or not: what was found, the bound it must keep, and how it was found.</summary>
/// <param name="Value">Null where there was nothing to measure, and then it failed.</param>
public sealed record AccuracyCheck(string Name, double? Value, double Bound, bool Pass, string Detail)
{
    public static AccuracyCheck AtMost(string name, double value, double bound, string detail) => new(name, value, bound, value <= bound, detail);
    public static AccuracyCheck AtLeast(string name, double value, double bound, string detail) => new(name, value, bound, value >= bound, detail);
    public static AccuracyCheck Failed(string name, double bound, string detail) => new(name, null, bound, false, detail);
}

/// <summary>The one document of <c>melt selftest accuracy --json</c>.</summary>
public sealed record AccuracyReport(ImmutableArray<AccuracyCheck> Checks)
{
    public int Passed => Checks.Count(c => c.Pass);
    public int Failed => Checks.Length - Passed;
}
