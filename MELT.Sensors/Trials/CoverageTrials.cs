using System.Globalization;
using MELT.Devices.Simulation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Trials;

/// <summary>
/// Whether U is what it says: independent sessions of a simulated bench, each with a gain, offset, clock, noise and load of its own, one interval of each
/// scored against the closed-form truth. U must cover as often as stated, and not by being huge.
/// </summary>
public static class CoverageTrials
{
    private const string Scored = "decode_energy_joules";

    /// <param name="Within">Trials whose truth lay inside U.</param>
    /// <param name="Size">Mean U over the root mean square of the errors.</param>
    public sealed record Row(string Profile, int Answered, int Within, double Size, double Lean)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{Profile}, {Scored}: {Within} of {Answered} within U, mean U {Size:F2} × the rms error, mean error/U {Lean:F3}");
    }

    public static Row Run(string profile, int trials)
    {
        var scores = Enumerable.Range(1, trials).AsParallel().AsOrdered().Select(seed => Score(LabProfiles.All[profile], seed)).ToArray();
        var told = scores.Where(s => s is not null).Select(s => s!.Value).ToArray();
        return new(profile, told.Length,
            told.Count(s => Math.Abs(s.Error) <= s.U),
            told.Average(s => s.U) / Math.Sqrt(told.Average(s => s.Error * s.Error)),
            told.Average(s => s.Error / s.U));
    }

    public static IEnumerable<AccuracyCheck> Checks(int trials)
    {
        foreach (var profile in LabProfiles.All.Keys)
        {
            var row = Run(profile, trials);
            yield return AccuracyCheck.AtLeast($"coverage/{profile}/answered", row.Answered, trials, "trials that were answered with a U");
            yield return AccuracyCheck.Share($"coverage/{profile}/within-u", row.Within, row.Answered, 0.94, 0.98, row.ToString());
            yield return AccuracyCheck.AtMost($"coverage/{profile}/u-over-rms-error", row.Size, 2.4, row.ToString());
        }
    }

    private static (double Error, double U)? Score(LabProfile bench, int seed)
    {
        var session = SimulatedLab.RunVirtual(Drawn(bench, new SeededRandom(seed, "load")), seed);
        var answer = SessionAnalysis.Analyse(RecordedSession.From(session.Entries)).Energy[bench.Boundary].Metrics[Scored] as Quantity;
        return answer is { Value: { } value, U95: { } u } ? (value - session.Truths.Single(t => t.Boundary == bench.Boundary).Values[Scored], u) : null;
    }

    // The power meter alone, a load of half to one and a half times the usual, and no more of a fast meter's session than is scored.
    private static LabProfile Drawn(LabProfile bench, SeededRandom random)
    {
        int Some(int usual) => Math.Max(2, (int)(usual * (0.5 + random.Uniform())));
        var load = bench.Workload with { PromptTokens = Some(bench.Workload.PromptTokens), GeneratedTokens = Some(bench.Workload.GeneratedTokens) };
        return bench with
        {
            Meters = [bench.Meters[0]],
            Workload = bench.Meters[0].PeriodSeconds > 0.05 ? load : load with { BaselineSeconds = 0.5, Requests = 2, CoolDownSeconds = 0.2 },
        };
    }
}
