using System.Collections.Immutable;

namespace MELT.Sensors.Analysis.Evaluations;

/// <summary>One accuracy with the memory its model takes; null where no size of this model and quantisation is known.</summary>
public sealed record AccuracyPoint(AccuracyRow Row, double? Bytes);

/// <summary>Joins accuracies with sizes. Both axes of a plot use the size in memory, where it is known, and never one for the points and another for what encloses them (B20).</summary>
public static class AccuracyBySize
{
    public static ImmutableArray<AccuracyPoint> Of(IEnumerable<AccuracyRow> accuracies, IEnumerable<ModelSize> sizes)
    {
        var known = sizes.GroupBy(s => (s.Model, s.Quantization)).ToDictionary(g => g.Key, g => g.First());
        return [.. accuracies.Select(row => new AccuracyPoint(row, known.GetValueOrDefault((row.Model, row.Quantization)) is { } size ? size.Memory ?? size.Disk : null))];
    }
}
