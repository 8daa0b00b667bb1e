namespace MELT.Host.Reports;

/// <summary>A unit as printed: multiply by <see cref="Factor"/>, write <see cref="Symbol"/>.</summary>
public readonly record struct PrintedUnit(double Factor, string Symbol)
{
    private static readonly string[] Decimal = ["s", "J", "W", "V", "A", "Hz", "J/token", "s/token"];
    private static readonly (double Size, string Prefix)[] Small = [(1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")];
    private static readonly (double Size, string Prefix)[] Large = [(1e9, "G"), (1e6, "M"), (1e3, "k")];
    private static readonly (double Size, string Prefix)[] Binary = [(1L << 40, "Ti"), (1 << 30, "Gi"), (1 << 20, "Mi"), (1 << 10, "Ki"), (1, "")];

    /// <summary>The unit in which <paramref name="magnitude"/> (in <paramref name="unit"/>) reads well. Seconds never grow a large prefix.</summary>
    public static PrintedUnit For(string unit, double magnitude)
    {
        magnitude = Math.Abs(magnitude);
        if (unit == "B") return Scaled(Binary, magnitude, unit);
        if (unit is "1" or "") return new(1, "");
        if (!Decimal.Contains(unit) || magnitude == 0) return new(1, unit);
        if (magnitude < 1) return Scaled(Small, magnitude, unit);
        return unit is "s" or "s/token" || magnitude < 1e4 ? new(1, unit) : Scaled(Large, magnitude, unit);
    }

    private static PrintedUnit Scaled((double Size, string Prefix)[] prefixes, double magnitude, string unit)
    {
        foreach (var (size, prefix) in prefixes)
        {
            // 0.9999996 ms prints as 1.000 ms, not as 1000 µs.
            if (magnitude >= size * 0.99995) return new(1 / size, prefix + unit);
        }

        return new(1 / prefixes[^1].Size, prefixes[^1].Prefix + unit);
    }
}
