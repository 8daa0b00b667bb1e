using System.Collections.Frozen;
using System.Text.RegularExpressions;
using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Discovery.Proposals;

/// <summary>What the name of a field says of it.</summary>
/// <param name="Averages">The name says that it is a mean.</param>
/// <param name="Partial">It is a limit, a peak or the energy of a part of the time: nothing to record.</param>
internal readonly record struct FieldName(string? Quantity, string? Unit, bool Averages, bool Partial);

/// <summary>Reads names such as <c>Power</c>, <c>apower</c>, <c>bus_voltage_mV</c>, <c>energyKwh</c>.</summary>
internal static partial class FieldNames
{
    private static readonly FrozenDictionary<string, string> Words = new Dictionary<string, string>
    {
        ["power"] = "power",
        ["apower"] = "power",
        ["watt"] = "power",
        ["watts"] = "power",
        ["wattage"] = "power",
        ["p"] = "power",
        ["voltage"] = "voltage",
        ["volt"] = "voltage",
        ["volts"] = "voltage",
        ["u"] = "voltage",
        ["v"] = "voltage",
        ["current"] = "current",
        ["amp"] = "current",
        ["amps"] = "current",
        ["ampere"] = "current",
        ["amperes"] = "current",
        ["i"] = "current",
        ["energy"] = "energy",
        ["aenergy"] = "energy",
        ["consumption"] = "energy",
        ["temperature"] = "temperature",
        ["temp"] = "temperature",
        ["frequency"] = "frequency",
        ["freq"] = "frequency",
        ["humidity"] = "humidity",
        ["factor"] = "ratio",
        ["pf"] = "ratio",
        ["powerfactor"] = "ratio",
    }.ToFrozenDictionary();

    /// <summary>As people write units where case is lost; what differs by case alone (mW, MW) is what a laboratory has.</summary>
    private static readonly FrozenDictionary<string, string> Units = new Dictionary<string, string>
    {
        ["w"] = "W",
        ["mw"] = "mW",
        ["uw"] = "µW",
        ["kw"] = "kW",
        ["mv"] = "mV",
        ["uv"] = "µV",
        ["ma"] = "mA",
        ["ua"] = "µA",
        ["j"] = "J",
        ["mj"] = "mJ",
        ["uj"] = "µJ",
        ["wh"] = "Wh",
        ["mwh"] = "mWh",
        ["kwh"] = "kWh",
        ["wmin"] = "Wmin",
        ["mah"] = "mAh",
        ["ah"] = "Ah",
        ["hz"] = "Hz",
        ["watts"] = "W",
        ["volts"] = "V",
        ["amps"] = "A",
        ["joules"] = "J",
        ["celsius"] = "°C",
        ["degc"] = "°C",
    }.ToFrozenDictionary();

    /// <summary>Only behind something else: alone they name a quantity or anything.</summary>
    private static readonly FrozenDictionary<string, string> Suffixes = new Dictionary<string, string> { ["v"] = "V", ["a"] = "A", ["c"] = "°C" }.ToFrozenDictionary();

    private static readonly FrozenSet<string> Means = FrozenSet.Create("avg", "average", "mean");
    private static readonly FrozenSet<string> Parts = FrozenSet.Create("max", "min", "peak", "limit", "maximum", "minimum", "threshold", "yesterday", "today", "daily", "period", "minute", "start", "export", "exported", "returned", "ret", "overpower", "state", "set");

    public static FieldName Read(string name)
    {
        var words = Pieces().Matches(name).Select(m => m.Value.ToLowerInvariant()).ToArray();
        if (words.Length == 0) return default;
        var unit = Unit(name, words);
        var quantity = words.Contains("apparent") ? "apparent-power" : words.Contains("reactive") ? "reactive-power"
            : words.Contains("factor") || words.Contains("pf") ? "ratio"
            : words.Length > 1 ? words.Where(w => w.Length > 1).Select(w => Words.GetValueOrDefault(w)).LastOrDefault(q => q is not null) : Words.GetValueOrDefault(words[0]);
        if (unit is not null && PayloadUnits.TryFind(unit, out var known))
        {
            if (quantity is null || known.Quantity == "energy") quantity = known.Quantity;      // power_kwh is an energy
            else if (quantity != known.Quantity) unit = null;
        }
        return new(quantity, unit, words.Any(Means.Contains), words.Any(Parts.Contains));
    }

    private static string? Unit(string name, string[] words)
    {
        var last = name[(name.LastIndexOfAny(['_', '-', ' ', '(', '[', ':']) + 1)..].TrimEnd(')', ']');
        if (Units.TryGetValue(last.ToLowerInvariant(), out var whole)) return whole;
        if (words.Length < 2) return null;
        return Units.GetValueOrDefault(words[^1]) ?? (last.Length == 1 && last.Length < name.Length ? Suffixes.GetValueOrDefault(words[^1]) : null);
    }

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")]
    private static partial Regex Pieces();
}
