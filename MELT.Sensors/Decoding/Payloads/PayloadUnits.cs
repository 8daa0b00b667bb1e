using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>A unit: value in <see cref="Base"/> = (value + Offset) × Factor / Divisor. The divisor is 1 but for °F, whose 5/9 no decimal is.</summary>
/// <param name="Base">The one unit MELT keeps this quantity in.</param>
public sealed record PayloadUnit(string Symbol, string Quantity, string Base, ExactDecimal Factor, ExactDecimal Offset, int Divisor = 1)
{
    /// <summary>Where the quotient does not end it is cut at 10^-9 of the unit.</summary>
    private const int QuotientExponent = -9;

    /// <summary>The value in <see cref="Base"/>; false when it has more digits than a number holds.</summary>
    public bool TryConvert(ExactDecimal value, out ExactDecimal converted)
    {
        converted = default;
        if (!ExactNumbers.TryAdd(value, Offset, out var shifted) || !ExactNumbers.TryMultiply(shifted, Factor, out converted)) return false;
        if (Divisor == 1 || converted.Mantissa == 0) return true;
        Int128 dividend = converted.Mantissa;
        if (converted.Exponent is > 9 or < -27) return false;
        var exponent = converted.Exponent;
        for (; exponent > QuotientExponent; exponent--) dividend *= 10;
        return ExactNumbers.TryFrom(dividend / Divisor, exponent, out converted);
    }
}

/// <summary>The units payloads may state, each with its quantity. A symbol that is not here is unknown, and stays so: none is guessed, none differs by case alone.</summary>
public static class PayloadUnits
{
    private static readonly FrozenDictionary<string, PayloadUnit> Known = All().ToFrozenDictionary(u => u.Spelling, u => u.Unit);
    private static readonly FrozenDictionary<string, PayloadUnit>.AlternateLookup<ReadOnlySpan<char>> BySpan = Known.GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool TryFind(ReadOnlySpan<char> symbol, [NotNullWhen(true)] out PayloadUnit? unit) => BySpan.TryGetValue(symbol, out unit);

    private static IEnumerable<(string Spelling, PayloadUnit Unit)> All()
    {
        (string Quantity, string Base, (string Spellings, long Factor, int Exponent)[] Units)[] scaled =
        [
            ("power", "W", [("W watt watts Watt Watts", 1, 0), ("mW", 1, -3), ("µW μW uW", 1, -6), ("kW", 1, 3), ("MW", 1, 6)]),
            ("apparent-power", "VA", [("VA", 1, 0), ("kVA", 1, 3)]),
            ("reactive-power", "var", [("var VAr VAR", 1, 0), ("kvar", 1, 3)]),
            ("voltage", "V", [("V volt volts Volt Volts", 1, 0), ("mV", 1, -3), ("µV μV uV", 1, -6), ("kV", 1, 3)]),
            ("current", "A", [("A ampere amperes Amps", 1, 0), ("mA", 1, -3), ("µA μA uA", 1, -6), ("nA", 1, -9)]),
            ("energy", "J", [("J Ws W·s joule joules", 1, 0), ("mJ", 1, -3), ("µJ μJ uJ", 1, -6), ("kJ", 1, 3), ("MJ", 1, 6),
                ("Wmin W·min", 60, 0), ("Wh W·h", 3600, 0), ("mWh", 36, -1), ("kWh", 36, 5), ("MWh", 36, 8)]),
            ("charge", "C", [("As A·s", 1, 0), ("Ah", 3600, 0), ("mAh", 36, -1), ("µAh μAh uAh", 36, -4)]),
            ("temperature", "°C", [("°C degC Cel celsius Celsius", 1, 0), ("m°C mdegC", 1, -3)]),
            ("frequency", "Hz", [("Hz", 1, 0), ("kHz", 1, 3), ("MHz", 1, 6), ("GHz", 1, 9)]),
            ("ratio", "1", [("1 /", 1, 0), ("% percent", 1, -2)]),
            ("humidity", "1", [("%RH", 1, -2)]),
            ("memory", "B", [("B bytes", 1, 0), ("kB", 1, 3), ("KiB", 1024, 0), ("MB", 1, 6), ("MiB", 1 << 20, 0), ("GB", 1, 9), ("GiB", 1 << 30, 0)]),
            ("duration", "s", [("s", 1, 0), ("ms", 1, -3), ("µs μs us", 1, -6), ("ns", 1, -9), ("min", 60, 0), ("h", 3600, 0), ("d", 86_400, 0)]),
            ("pressure", "Pa", [("Pa", 1, 0), ("hPa mbar", 1, 2), ("kPa", 1, 3), ("bar", 1, 5)]),
            ("illuminance", "lx", [("lx lux", 1, 0)]),
        ];
        foreach (var (quantity, @base, units) in scaled)
            foreach (var (spellings, factor, exponent) in units)
            {
                var names = spellings.Split(' ');
                foreach (var name in names) yield return (name, new(names[0], quantity, @base, new(factor, exponent), default));
            }
        foreach (var name in new[] { "K", "kelvin" }) yield return (name, new("K", "temperature", "°C", new(1, 0), new(-27315, -2)));
        foreach (var name in new[] { "°F", "degF", "fahrenheit", "Fahrenheit" }) yield return (name, new("°F", "temperature", "°C", new(5, 0), new(-32, 0), 9));
    }
}
