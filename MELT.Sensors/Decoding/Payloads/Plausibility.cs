using System.Collections.Frozen;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>What no sensor of a laboratory reads: values by which senders say "no value", and numbers beyond the quantity's bounds, in its base unit.</summary>
public static class Plausibility
{
    private static readonly FrozenDictionary<string, (double Least, double Most)> Bounds = new Dictionary<string, (double, double)>
    {
        ["power"] = (-1e6, 1e6),
        ["apparent-power"] = (-1e6, 1e6),
        ["reactive-power"] = (-1e6, 1e6),
        ["voltage"] = (-1e5, 1e5),
        ["current"] = (-1e4, 1e4),
        ["energy"] = (-1e15, 1e15),
        ["charge"] = (-1e10, 1e10),
        ["temperature"] = (-273.15, 2000),
        ["frequency"] = (0, 1e12),
        ["ratio"] = (-1000, 1000),
        ["humidity"] = (0, 1.2),
        ["memory"] = (0, 1e18),
        ["pressure"] = (0, 1e9),
        ["illuminance"] = (0, 1e7),
    }.ToFrozenDictionary();

    /// <summary>The least integers that firmware answers in place of a value; as told, before any unit.</summary>
    private static readonly ExactDecimal[] Missing = [Exact(int.MinValue), Exact(long.MinValue)];

    /// <summary>Also of a quantity that is a temperature: a switched-off zone of a Jetson, a DS18B20 that is not there.</summary>
    private static readonly (ExactDecimal Value, string Meaning)[] MissingTemperatures = [(Exact(-256), "a zone that is switched off"), (Exact(-127), "a sensor that is not connected")];

    /// <summary>Null when the value may be one. <paramref name="unit"/> null: only what no unit could make sensible is refused.</summary>
    public static Rejection? Check(ExactDecimal told, PayloadUnit? unit)
    {
        if (Missing.Contains(told)) return new(Rejection.Invalid, $"{told} is how firmware says that it has no value");
        if (unit is null) return null;
        if (!unit.TryConvert(told, out var value)) return new(Rejection.Invalid, $"{told} {unit.Symbol} has more digits than a number holds in {unit.Base}");
        if (unit.Quantity == "temperature")
            foreach (var (missing, meaning) in MissingTemperatures)
                if (value == missing) return new(Rejection.Invalid, $"{told} {unit.Symbol} means {meaning}");
        if (!Bounds.TryGetValue(unit.Quantity, out var bounds) || (value.ToDouble() is var number && number >= bounds.Least && number <= bounds.Most)) return null;
        return new(Rejection.Invalid, FormattableString.Invariant($"{told} {unit.Symbol} is no {unit.Quantity}: it lies between {bounds.Least} and {bounds.Most} {unit.Base}"));
    }

    private static ExactDecimal Exact(long value) => ExactNumbers.TryFrom(value, 0, out var exact) ? exact : default;
}
