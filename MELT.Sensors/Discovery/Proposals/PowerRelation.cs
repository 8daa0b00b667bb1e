namespace MELT.Sensors.Discovery.Proposals;

/// <summary>How a power compares with voltage × current over messages: the ratio of the numbers as they are told.</summary>
/// <param name="Exponent">The power of ten it is, or is at most.</param>
/// <param name="Exact">It is that power of ten within a few percent, not only below it as of a load that is not a resistor.</param>
internal sealed record PowerRelation(double Ratio, int Exponent, bool Exact, bool Opposite, bool WithFactor, int Rows)
{
    private const double Tight = 0.05;
    private const double LeastFactor = 0.3;

    private static readonly (string Unit, int Exponent)[] Powers = [("W", 0), ("mW", -3), ("µW", -6), ("kW", 3)];
    private static readonly (string Unit, int Exponent)[] Voltages = [("V", 0), ("mV", -3), ("µV", -6)];
    private static readonly (string Unit, int Exponent)[] Currents = [("A", 0), ("mA", -3), ("µA", -6)];

    /// <summary>Finds units by P = U·I for every power that has a voltage and a current beside it.</summary>
    public static void Judge(IReadOnlyList<FieldFacts> facts, RowSummary rows)
    {
        foreach (var power in facts.Where(f => f.Quantity == "power" && !f.Name.Partial))
        {
            if (Beside(facts, power, "voltage") is not { } voltage || Beside(facts, power, "current") is not { } current) continue;
            var factor = Beside(facts, power, "ratio");
            if (Find(rows, power.Path, voltage.Path, current.Path, factor) is { } relation) relation.Apply(power, voltage, current, factor);
        }
    }

    public static PowerRelation? Find(RowSummary rows, string power, string voltage, string current, FieldFacts? factor)
    {
        if (factor is not null)
        {
            var part = factor.Largest > 1.5 ? 0.01 : 1;        // told in percent
            if (Of(rows.Together(power, voltage, current, factor.Path).Select(r => (r[0], r[1] * r[2] * r[3] * part)), true) is { Exact: true } found) return found;
        }
        return Of(rows.Together(power, voltage, current).Select(r => (r[0], r[1] * r[2])), false);
    }

    private static PowerRelation? Of(IEnumerable<(double Told, double Product)> rows, bool withFactor)
    {
        var ratios = rows.Where(r => r.Told != 0 && r.Product != 0).Select(r => r.Told / r.Product).ToArray();
        if (ratios.Length == 0) return null;
        var sizes = ratios.Select(Math.Abs).Order().ToArray();
        var middle = Spread.Quantile(sizes, 0.5);
        var opposite = ratios.Count(r => r < 0) > ratios.Length * 0.8;
        var nearest = (int)Math.Round(Math.Log10(middle));
        var spread = (Spread.Quantile(sizes, 0.75) - Spread.Quantile(sizes, 0.25)) / middle;
        if (Math.Abs(middle / Math.Pow(10, nearest) - 1) <= Tight && spread <= 4 * Tight && nearest % 3 == 0) return new(middle, nearest, true, opposite, withFactor, ratios.Length);
        // A load that is no resistor takes less than U·I, never more, and never a thousandth of it.
        var above = 3 * (int)Math.Ceiling((Math.Log10(middle) - Math.Log10(1 + 2 * Tight)) / 3);
        return middle / Math.Pow(10, above) >= LeastFactor ? new(middle, above, false, opposite, withFactor, ratios.Length) : null;
    }

    private void Apply(FieldFacts power, FieldFacts voltage, FieldFacts current, FieldFacts? factor)
    {
        var product = $"{voltage.Called} × {current.Called}{(WithFactor ? $" × {factor!.Called}" : "")}";
        var says = $"{power.Called} = {(Opposite ? "−" : "")}{Words.About(Ratio / Math.Pow(10, Exponent))} × {product}{(Exponent == 0 ? "" : Exponent < 0 ? $" / 10^{-Exponent}" : $" × 10^{Exponent}")} over {Words.Messages(Rows)}";
        if (Opposite) current.Tell($"{power.Called} and {current.Called} have opposite signs", Sureness.Shown);
        var fits = Fits(power, voltage, current);
        if (fits.Length == 0) { power.Tell($"{says}: no units make that a power, so one of the three is something else than its name{(power.Unit is null ? "" : " or its stated unit")} says", Sureness.Shown); return; }
        var (p, v, i) = fits[0];
        if (power.Unit is not null && voltage.Unit is not null && current.Unit is not null) { power.Tell($"{says}, as {p}, {v} and {i} should be", Sureness.Shown); return; }
        var sure = fits.Length == 1 && Exact && Rows >= 3 ? Sureness.Shown : Sureness.Likely;
        var text = $"{says}, so {p}, {v} and {i}{(fits.Length > 1 ? $" ({string.Join(" or ", fits[1..].Select(f => $"{f.P}, {f.V}, {f.I}"))} would agree too, with an unlikelier size)" : "")}";
        if (power.Unit is null) power.Measure(p, sure, text);
        if (voltage.Unit is null) voltage.Measure(v, sure, text);
        if (current.Unit is null) current.Measure(i, sure, text);
    }

    /// <summary>Units that agree with the ratio and make sizes that exist, the largest units first.</summary>
    private (string P, string V, string I)[] Fits(FieldFacts power, FieldFacts voltage, FieldFacts current) =>
    [
        .. from p in Of(power, Powers)
           from v in Of(voltage, Voltages)
           from i in Of(current, Currents)
           where v.Exponent + i.Exponent - p.Exponent == Exponent
           where power.Largest * Math.Pow(10, p.Exponent) is >= Magnitudes.LeastPower and <= Magnitudes.MostPower
           where voltage.Largest * Math.Pow(10, v.Exponent) is >= Magnitudes.LeastVoltage and <= Magnitudes.MostVoltage
           where current.Largest * Math.Pow(10, i.Exponent) <= Magnitudes.MostCurrent
           orderby Math.Abs(p.Exponent) + Math.Abs(v.Exponent) + Math.Abs(i.Exponent)
           select (p.Unit, v.Unit, i.Unit),
    ];

    private static IEnumerable<(string Unit, int Exponent)> Of(FieldFacts fact, (string Unit, int Exponent)[] known) =>
        fact.Unit is { } unit ? known.Where(k => k.Unit == unit.Symbol) : known.Where(k => k.Unit != "kW");

    /// <summary>In the same object, with the same index, else the only one there is.</summary>
    private static FieldFacts? Beside(IReadOnlyList<FieldFacts> facts, FieldFacts power, string quantity)
    {
        var all = facts.Where(f => f.Quantity == quantity && !f.Name.Partial).ToArray();
        return all.FirstOrDefault(f => Place(f) == Place(power)) ?? (all is [var only] ? only : null);
    }

    private static (string, string) Place(FieldFacts fact)
    {
        var at = fact.Path.LastIndexOf(fact.Field.LastName, StringComparison.Ordinal);
        return (fact.Path[..at], fact.Path[(at + fact.Field.LastName.Length)..]);
    }
}
