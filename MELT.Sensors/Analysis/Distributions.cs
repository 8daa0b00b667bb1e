namespace MELT.Sensors.Analysis;

/// <summary>Pools values into a distribution.</summary>
internal static class Distributions
{
    public static Distribution Absent(string code, string text) => new() { Method = "absent", Reason = new(code, text) };

    public static Distribution Of(IReadOnlyList<double> values, double? tokensPerEmission)
    {
        if (values.Count == 0) return new() { Method = "refused", Reason = new("too-few", "no two emissions follow each other") };
        var sorted = values.Order().ToArray();
        return new()
        {
            Method = "measured",
            N = sorted.Length,
            Mean = sorted.Average(),
            Sd = sorted.Length > 1 ? Statistics.StandardDeviation(sorted) : null,
            Min = sorted[0],
            Max = sorted[^1],
            P50 = Statistics.Quantile(sorted, 0.5, 2),
            P90 = Statistics.Quantile(sorted, 0.9, 10),
            P99 = Statistics.Quantile(sorted, 0.99, 100),
            TokensPerEmission = tokensPerEmission,
        };
    }
}
