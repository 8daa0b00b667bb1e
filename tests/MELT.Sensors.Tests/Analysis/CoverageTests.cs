using System.Collections.Concurrent;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Analysis;

/// <summary>Whether U is what it says: in 200 sessions of each simulated bench the truth lies within U in 94–98 of 100.</summary>
public sealed class CoverageTests
{
    private const int Seeds = 200;

    [Theory]
    [InlineData("phone-monsoon", "prefill_energy_joules")]
    [InlineData("phone-monsoon", "decode_energy_joules")]
    [InlineData("phone-monsoon", "energy_joules")]
    [InlineData("jetson-rails", "prefill_energy_joules")]
    [InlineData("jetson-rails", "decode_energy_joules")]
    [InlineData("jetson-rails", "energy_joules")]
    [InlineData("gpu-part-time", "prefill_energy_joules")]
    [InlineData("gpu-part-time", "decode_energy_joules")]
    [InlineData("gpu-part-time", "energy_joules")]
    [InlineData("plug", "decode_energy_joules")]
    [InlineData("gauge", "decode_energy_joules")]
    public void The_truth_lies_within_U_as_often_as_stated(string profile, string key)
    {
        var scores = Scores(profile).Where(s => s.Key == key).Select(s => s.ErrorOverU).ToList();
        var within = scores.Count(score => Math.Abs(score) <= 1);
        var said = FormattableString.Invariant($"{within} of {scores.Count} within U, mean |error|/U {scores.Average(Math.Abs):F2}, error/U leans {scores.Average():F2}");

        scores.Count.ShouldBe(Seeds);
        // 200 trials know a share to ±3.5 points; `melt selftest accuracy` takes thousands.
        ((double)within / Seeds).ShouldBeInRange(0.93, 0.995, said);
        scores.Average().ShouldBeInRange(-0.25, 0.25, said);
    }

    [Theory]
    [InlineData("plug")]
    [InlineData("gauge")]
    public void Phases_that_a_meter_is_too_slow_for_are_derived_from_all_of_them_within_U_and_the_whole_is_measured(string profile)
    {
        foreach (var key in new[] { "prefill_energy_joules", "load_energy_joules" })
        {
            var scores = Scores(profile).Where(s => s.Key == key).ToList();
            // What is not told any better than to half is refused by that name, and by no other.
            scores.ShouldAllBe(s => s.Method == "derived" || s.Refusal == "sensor-too-slow", key);
            var told = scores.Where(s => s.Method == "derived").Select(s => s.ErrorOverU).ToList();
            var within = told.Count(score => Math.Abs(score) <= 1);
            told.Count.ShouldBeGreaterThan(Seeds * 9 / 10, key);
            ((double)within / told.Count).ShouldBeGreaterThanOrEqualTo(0.94, FormattableString.Invariant($"{key}: {within} of {told.Count} within U, mean |error|/U {told.Average(Math.Abs):F2}"));
        }
        Scores(profile).Where(s => s.Key is "energy_joules" or "energy_per_output_token_joules" or "baseline_power_watts").ShouldAllBe(s => s.Method == "measured");
    }

    private sealed record Score(string Key, double ErrorOverU, string Method, string? Refusal);

    private static readonly ConcurrentDictionary<string, IReadOnlyList<Score>> Scored = new();

    /// <summary>Every energy of every seed at the boundary of the bench's power meter.</summary>
    private static IReadOnlyList<Score> Scores(string profile) => Scored.GetOrAdd(profile, name =>
        [.. Enumerable.Range(1, Seeds).AsParallel().AsOrdered().SelectMany(seed => Of(Shortened(LabProfiles.All[name]), seed))]);

    // The power meter alone; what is not scored of a fast meter's session is cut short.
    private static LabProfile Shortened(LabProfile bench) => bench with
    {
        Meters = [bench.Meters[0]],
        Workload = bench.Meters[0].PeriodSeconds > 0.05 ? bench.Workload : bench.Workload with { BaselineSeconds = 0.5, Requests = 2, CoolDownSeconds = 0.2 },
    };

    private static IEnumerable<Score> Of(LabProfile bench, int seed)
    {
        var session = SimulatedLab.RunVirtual(bench, seed);
        var truth = session.Truths.Single(t => t.Boundary == bench.Boundary);
        var results = TruthComparison.Beside(SessionAnalysis.Analyse(RecordedSession.From(session.Entries)), truth.Boundary, truth.Values);
        return results.Truth!.Values.Where(v => results.Metrics.ContainsKey(v.Key))
            .Select(v => new Score(v.Key, v.Value.ErrorOverU95 ?? double.NaN, results.Metrics[v.Key].Method, results.Metrics[v.Key].Method == "refused" ? results.Metrics[v.Key].Reason!.Code : null));
    }
}
