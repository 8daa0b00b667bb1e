using System.Globalization;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Import;

namespace MELT.Sensors.Trials;

/// <summary>Energies of the windows that MLPerf Tiny's authors published, integrated again from their traces.</summary>
public static class TinyTrials
{
    private const double Bound = 100;

    public static IEnumerable<AccuracyCheck> Checks(IReadOnlyList<ImportedRecording> records)
    {
        foreach (var record in records)
        {
            var results = SessionAnalysis.Analyse(RecordedSession.From(record.Entries));
            var energies = results.Energy.Values.Single().Phases.Where(p => p.EnergyJoules.Value is not null).GroupBy(p => p.Phase).ToDictionary(p => p.Key, p => p.Sum(x => x.EnergyJoules.Value!.Value));
            var published = record.Published.Where(p => p is { Quantity: "energy" }).ToArray();
            var name = $"mlperf-tiny/{record.Name}/ppm";
            if (published.Length == 0 || published.FirstOrDefault(p => !energies.ContainsKey(p.Phase)) is { } missing && missing is not null)
            {
                yield return AccuracyCheck.Failed(name, Bound, "a published window has no energy");
                continue;
            }
            var ppm = published.Select(p => Math.Abs(energies[p.Phase] / Joules(p) - 1) * 1e6).ToArray();
            yield return AccuracyCheck.AtMost(name, ppm.Max(), Bound, string.Create(CultureInfo.InvariantCulture, $"{ppm.Length} published windows, {ppm.Count(x => x < 0.5)} of them exact"));
        }
    }

    private static double Joules(PublishedValue published) => published.Unit switch
    {
        "J" => published.Value,
        "uJ" or "µJ" => published.Value * 1e-6,
        _ => throw new InvalidOperationException($"an energy was published in {published.Unit}"),
    };
}
