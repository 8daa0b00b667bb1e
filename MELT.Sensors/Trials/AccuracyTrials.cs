using System.Collections.Immutable;
using MELT.Sensors.Import;

namespace MELT.Sensors.Trials;

/// <summary>How many trials the synthetic checks take.</summary>
public sealed record TrialSizes(int Coverage, int Clocks, double ClockSeconds, int Patterns, int Strangers, int Shuffles, int PeriodicLoads)
{
    /// <summary>What the promises are stated for: some four minutes on two processors.</summary>
    public static readonly TrialSizes Full = new(2000, 200, 3600, 400, 1000, 1000, 50);
    /// <summary>Enough to see that everything works, not enough to hold a share to a per cent.</summary>
    public static readonly TrialSizes Quick = new(200, 10, 1200, 40, 50, 50, 5);
}

/// <summary>One group of checks: its name, and the checks, made when asked for.</summary>
public sealed record TrialGroup(string Name, Func<IEnumerable<AccuracyCheck>> Run);

/// <summary>Everything MELT promises about accuracy that records of others and synthetic data can show, through its own import, alignment and integration.</summary>
public static class AccuracyTrials
{
    private const string Tiny = "mlperf-tiny", Gpu = "gpu-with-meter", Power = "mlperf-power", Periodic = "periodic-loads", Clocks = "clocks", Pattern = "pattern-lock", Coverage = "coverage", Shuffles = "shuffled-arrival";

    /// <summary>Every group there is.</summary>
    public static readonly ImmutableArray<string> Names = [Tiny, Gpu, Power, Periodic, Clocks, Pattern, Coverage, Shuffles];

    /// <summary>The groups that the inputs allow: a folder with <c>mlperf-tiny*/*</c>, <c>gpu-with-meter/*</c> and <c>mlperf-power/*</c>, any of them; null: what needs no input.</summary>
    public static IReadOnlyList<TrialGroup> Groups(string? inputs, TrialSizes sizes) =>
    [
        .. Recorded(inputs, Tiny, TinyTrials.Checks),
        .. Recorded(inputs, Gpu, GpuTrials.Checks),
        .. Recorded(inputs, Power, PowerTrials.Checks),
        new(Periodic, () => PeriodicTrials.Checks(sizes.PeriodicLoads)),
        new(Clocks, () => ClockTrials.Checks(sizes.Clocks, sizes.ClockSeconds)),
        new(Pattern, () => PatternTrial.Checks(sizes.Patterns, sizes.Strangers)),
        new(Coverage, () => CoverageTrials.Checks(sizes.Coverage)),
        new(Shuffles, () => [ShuffleTrials.Check(sizes.Shuffles)]),
    ];

    private static IEnumerable<TrialGroup> Recorded(string? inputs, string format, Func<IReadOnlyList<ImportedRecording>, IEnumerable<AccuracyCheck>> checks)
    {
        if (inputs is null) yield break;
        foreach (var folder in Directory.EnumerateDirectories(inputs, format + "*").Order(StringComparer.Ordinal))
            yield return new(format, () => checks([.. ImportFormats.Read(folder).Where(record => record.Format == format)]));
    }
}
