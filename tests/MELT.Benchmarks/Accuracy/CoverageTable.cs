using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Simulation;

namespace MELT.Benchmarks.Accuracy;

/// <summary>For every energy of a simulated bench: how often the truth lay within U, and how large U was beside the error.</summary>
internal static class CoverageTable
{
    public static void Run(string profile, int seeds)
    {
        var bench = LabProfiles.All[profile];
        bench = bench with { Meters = [bench.Meters[0]] };
        var scores = Enumerable.Range(1, seeds).AsParallel().SelectMany(seed =>
        {
            var session = SimulatedLab.RunVirtual(bench, seed);
            var results = SessionAnalysis.Analyse(RecordedSession.From(session.Entries));
            return session.Truths.SelectMany(truth => TruthComparison.Beside(results, truth.Boundary, truth.Values).Truth!.Values
                .Select(v => (Key: $"{truth.Boundary} {v.Key}", Metric: results.Energy.GetValueOrDefault(truth.Boundary)?.Metrics.GetValueOrDefault(v.Key) as Quantity, v.Value)));
        }).ToList();
        Console.WriteLine($"{"energy",-55} {"told",5} {"within",6} {"lean",6} {"|e|/U",6} {"U/rms",6} {"method",9}  largest components");
        foreach (var key in scores.GroupBy(s => s.Key).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var told = key.Where(s => s.Metric?.U95 > 0 && s.Value.Error is not null).ToList();
            if (told.Count == 0) { Console.WriteLine(FormattableString.Invariant($"{key.Key,-55} {0,5}        {key.First().Metric?.Reason?.Code}")); continue; }
            var within = told.Count(s => Math.Abs(s.Value.ErrorOverU95!.Value) <= 1);
            var rms = Math.Sqrt(told.Average(s => s.Value.Error!.Value * s.Value.Error!.Value));
            var budget = told.SelectMany(s => s.Metric!.Budget).GroupBy(b => b.Source).Select(g => (g.Key, U: Math.Sqrt(g.Sum(b => b.U * b.U) / told.Count))).OrderByDescending(b => b.U).Take(5);
            Console.WriteLine(FormattableString.Invariant(
                $"{key.Key,-55} {told.Count,5} {100.0 * within / told.Count,6:F1} {told.Average(s => s.Value.ErrorOverU95!.Value),6:F2} {told.Average(s => Math.Abs(s.Value.ErrorOverU95!.Value)),6:F2} {told.Average(s => s.Metric!.U95!.Value) / rms,6:F2} {told[0].Metric!.Method,9}  rms {rms:G3}: {string.Join(", ", budget.Select(b => FormattableString.Invariant($"{b.Key} {b.U:G3}")))}"));
        }
    }
}
