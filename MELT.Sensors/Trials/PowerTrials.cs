using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Dialects;
using MELT.Sensors.Clocks;
using MELT.Sensors.Import;

namespace MELT.Sensors.Trials;

/// <summary>Records of MLPerf Power: its own mean reproduced, MELT's beside it, and the clocks of meter and device related by a handful of exchanges.</summary>
public static class PowerTrials
{
    private const double SameMean = 1e-4;
    /// <summary>MLPerf asks its meters for no more than 1 % of uncertainty.</summary>
    private const double NearMean = 0.01;
    private const double Overlapping = 0.95;

    /// <summary>Means and durations known of records, by the hash of what they were made from: mlcommons/inference_results_v2.0, NVIDIA's Xavier NX, ResNet-50 offline, run 1.</summary>
    private static readonly ImmutableDictionary<string, (double Watts, double Seconds)> Known = new Dictionary<string, (double, double)>
    {
        ["fc4a134fbd765bf94d7a6265c6b90a9f64573910d609da62bbc54ee5d28a32fc"] = (20.5887, 704.022),
    }.ToImmutableDictionary();

    public static IEnumerable<AccuracyCheck> Checks(IReadOnlyList<ImportedRecording> records)
    {
        foreach (var record in records)
        {
            var session = RecordedSession.From(record.Entries);
            var name = $"mlperf-power/{record.Name}";
            foreach (var mean in MlPerfDialect.Of(session).Values)
                foreach (var check in Mean(name, record, session, mean)) yield return check;
            foreach (var (domain, exchanges) in session.Exchanges)
            {
                var offsets = ClockOffsets.Of(exchanges);
                if (offsets.Pairs.IsEmpty) continue;
                var overlap = offsets.Pairs.Count(p => p.Overlap) / (double)offsets.Pairs.Length;
                var found = string.Join(", ", offsets.Pairs.Where(p => !p.Overlap).Select(p => p.Finding));
                yield return AccuracyCheck.AtLeast($"{name}/offset-overlap", overlap, Overlapping, $"{offsets.Pairs.Length} pairs of neighbouring exchanges with {domain}{(found.Length > 0 ? $"; found: {found}" : "")}");
            }
        }
    }

    private static IEnumerable<AccuracyCheck> Mean(string name, ImportedRecording record, RecordedSession session, DialectValue mean)
    {
        if (mean.MeanPowerWatts is not { } watts)
        {
            yield return AccuracyCheck.Failed($"{name}/dialect", SameMean, mean.Reason?.Text ?? "no mean");
            yield break;
        }
        if (Known.TryGetValue(record.Sha256, out var known))
        {
            yield return AccuracyCheck.AtMost($"{name}/dialect-watts", Math.Abs(watts / known.Watts - 1), SameMean, Invariant($"{watts:F4} W, known {known.Watts} W"));
            yield return AccuracyCheck.AtMost($"{name}/dialect-seconds", Math.Abs(mean.Seconds / known.Seconds - 1), SameMean, Invariant($"{mean.Seconds:F3} s, known {known.Seconds} s"));
        }
        var own = (SessionAnalysis.Analyse(session).Energy.GetValueOrDefault(mean.Boundary)?.Metrics["mean_power_watts"] as Quantity)!;
        if (own.Value is not { } weighted) yield return AccuracyCheck.Failed($"{name}/dialect-over-own", NearMean, own.Reason?.Text ?? "MELT told no mean power");
        else yield return AccuracyCheck.AtMost($"{name}/dialect-over-own", Math.Abs(watts / weighted - 1), NearMean,
            Invariant($"unweighted mean of {mean.Samples} samples {watts:F4} W, MELT's time-weighted mean {weighted:F4} ± {own.U95:F3} W, related by the fitted clock: one weighs samples alike, the other the time they stand for, so seconds without a sample and samples told twice count differently"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
