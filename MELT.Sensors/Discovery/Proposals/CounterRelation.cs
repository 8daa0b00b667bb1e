namespace MELT.Sensors.Discovery.Proposals;

/// <summary>What one count of a counter is worth, by comparing its rise with the power that was told meanwhile.</summary>
internal static class CounterRelation
{
    private const double Tolerance = 0.1;
    private const double MostTolerance = 0.35;

    private static readonly (string Unit, double Joules, string Words)[] Energies =
    [
        ("µJ", 1e-6, "microjoules"), ("mJ", 1e-3, "millijoules"), ("J", 1, "joules"), ("mWh", 3.6, "milliwatt-hours"), ("Wmin", 60, "watt-minutes"),
        ("kJ", 1e3, "kilojoules"), ("Wh", 3600, "watt-hours"), ("MJ", 1e6, "megajoules"), ("kWh", 3.6e6, "kilowatt-hours"),
    ];

    public static void Judge(IReadOnlyList<FieldFacts> facts)
    {
        if (facts.FirstOrDefault(f => f is { Quantity: "power", Unit: not null, Numbers.Area: > 0, Name.Partial: false }) is not { } power) return;
        foreach (var counter in facts)
        {
            if (!counter.Numbers.IsCounter || counter.Name.Partial || counter.Quantity is not (null or "energy") || counter.Numbers.Seconds < 0.8 * power.Numbers.Seconds) continue;
            Compare(counter, power);
        }
    }

    private static void Compare(FieldFacts counter, FieldFacts power)
    {
        var joules = power.Numbers.Area * Factor(power);
        var perCount = joules / counter.Numbers.Rise;
        var nearest = Energies.MinBy(e => Math.Abs(Math.Log(perCount / e.Joules)));
        // The counter may be one step ahead of what it had at both ends.
        var tolerance = Tolerance + (counter.Numbers.Step ?? 0) / counter.Numbers.Rise;
        var says = $"{counter.Called} rises by {Words.About(counter.Numbers.Rise / counter.Numbers.Seconds * 60)} per minute at {Words.About(joules / power.Numbers.Seconds)} W";
        if (tolerance > MostTolerance || Math.Abs(perCount / nearest.Joules - 1) > tolerance)
        {
            if (counter.Quantity == "energy") counter.Tell($"{says}, {Words.About(perCount)} J a count: {(tolerance > MostTolerance ? "too few counts to tell its unit" : "no unit of energy")}", Sureness.Guess);
        }
        else if (counter.Unit is { } unit)
        {
            var stated = Factor(counter);
            if (Math.Abs(perCount / stated - 1) <= tolerance) counter.Tell($"{says}, as {unit.Symbol} should", Sureness.Shown);
            else counter.Tell($"{says}: that is {nearest.Words}, though {unit.Symbol} is stated", Sureness.Shown);
        }
        else counter.Measure(nearest.Unit, Sureness.Shown, $"{says}: {nearest.Words}");
    }

    private static double Factor(FieldFacts fact) => fact.Unit!.Factor.ToDouble() / fact.Unit.Divisor;
}
