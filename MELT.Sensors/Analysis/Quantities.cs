using MELT.Sensors.Energy;

namespace MELT.Sensors.Analysis;

/// <summary>Makes quantities in the one form of docs/metrics.md: a value with its U, or a reason.</summary>
internal static class Quantities
{
    public static Quantity Absent(string code, string text) => new() { Method = "absent", Reason = new(code, text) };

    public static Quantity Refused(string code, string text) => Refused(new Notice(code, text));

    public static Quantity Refused(Notice reason) => new() { Method = "refused", Reason = reason };

    /// <summary>A value whose components are all known; <paramref name="unknown"/> names the one that is not, and then there is no U.</summary>
    public static Quantity Of(double value, IReadOnlyCollection<Component> components, int n, Notice? unknown = null, string method = "measured")
    {
        if (!double.IsFinite(value)) return Refused("out-of-range", "the formula has no finite value here");
        var expanded = Expanded.Of(components);
        return new()
        {
            Method = method,
            Value = value,
            U95 = unknown is null ? expanded.U95 : null,
            K = unknown is null ? expanded.K : null,
            Dof = unknown is null ? expanded.DegreesOfFreedom : null,
            N = n,
            Reason = unknown,
            Budget = [.. components.Select(c => new BudgetLine(c.Source, c.U, c.Correlated))],
        };
    }

    /// <summary>Puts the scatter of the single values beside a value made of them.</summary>
    public static Quantity Among(this Quantity quantity, IReadOnlyList<double> singles) => quantity.Value is null || singles.Count == 0 ? quantity : quantity with
    {
        Sd = singles.Count > 1 ? Statistics.StandardDeviation(singles) : null,
        Min = singles.Min(),
        Max = singles.Max(),
    };

    public static Quantity Noting(this Quantity quantity, string key, string? text) =>
        text is null ? quantity : quantity with { Notes = quantity.Notes.SetItem(key, text) };
}
