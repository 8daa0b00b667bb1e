using System.Collections.Immutable;

namespace MELT.Sensors.Analysis;

/// <summary>Puts a simulation's known truth beside results that were made without it.</summary>
public static class TruthComparison
{
    /// <summary>Truth by metric key at one boundary; error = value − truth, and its share of U.</summary>
    public static SessionResults Beside(SessionResults results, string boundary, ImmutableSortedDictionary<string, double> truth)
    {
        var measured = results.Energy.GetValueOrDefault(boundary)?.Metrics ?? results.Metrics;
        return results with { Truth = new(boundary, truth.ToImmutableSortedDictionary(t => t.Key, t => Compared(t.Value, measured.GetValueOrDefault(t.Key) as Quantity), StringComparer.Ordinal)) };
    }

    private static TruthValue Compared(double truth, Quantity? measured)
    {
        var error = measured?.Value - truth;
        return new(truth, error, measured?.U95 is > 0 and var u95 ? error / u95 : null);
    }
}
