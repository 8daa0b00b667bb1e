using System.Collections.Immutable;

namespace MELT.Sensors.Analysis.Evaluations;

/// <summary>Accuracies that are the same to the last digit where they ought to differ.</summary>
/// <param name="Copied">The same two models agree at two quantisations or more: hardly a coincidence.</param>
public sealed record AccuracyRepeat(string Dataset, decimal Accuracy, ImmutableArray<AccuracyRow> Rows, bool Copied)
{
    public bool OfSeveralModels => Rows.Select(r => r.Model).Distinct().Count() > 1;
}

/// <summary>Finds repeats to surface, not to remove: with four digits some are chance.</summary>
public static class AccuracyRepeats
{
    private const int FewestCopies = 2;

    /// <summary>By data set and value: different models, or different quantisations of one, with one accuracy. What looks copied comes first.</summary>
    public static ImmutableArray<AccuracyRepeat> In(IReadOnlyCollection<AccuracyRow> rows)
    {
        rows = [.. rows.Where(r => r.Accuracy is not null)];
        var pairs = Pairs(rows);
        return
        [
            .. rows.GroupBy(r => (r.Dataset, r.Accuracy)).Where(g => g.Select(r => (r.Model, r.Quantization)).Distinct().Count() > 1)
                .Select(g => new AccuracyRepeat(g.Key.Dataset, g.Key.Accuracy!.Value, [.. g], Pairs([.. g]).Keys.Any(pair => pairs[pair] >= FewestCopies)))
                .OrderByDescending(r => r.Copied).ThenByDescending(r => r.OfSeveralModels).ThenBy(r => r.Dataset, StringComparer.Ordinal).ThenBy(r => r.Accuracy),
        ];
    }

    // How often two models have one accuracy on one data set at one quantisation.
    private static Dictionary<(string Dataset, string One, string Other), int> Pairs(IReadOnlyCollection<AccuracyRow> rows) =>
        (from same in rows.GroupBy(r => (r.Dataset, r.Quantization, r.Accuracy))
         let models = same.Select(r => r.Model).Distinct().Order(StringComparer.Ordinal).ToArray()
         from i in Enumerable.Range(0, models.Length)
         from j in Enumerable.Range(i + 1, models.Length - i - 1)
         select (same.Key.Dataset, One: models[i], Other: models[j])).GroupBy(pair => pair).ToDictionary(g => g.Key, g => g.Count());
}
