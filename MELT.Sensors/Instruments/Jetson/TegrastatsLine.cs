using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Jetson;

/// <summary>One thing that a line of tegrastats tells. <see cref="Value"/> is null for a core that is switched off.</summary>
public sealed record TegraValue(ChannelDescription Channel, ExactDecimal? Value);

/// <summary>
/// A line of <c>tegrastats</c>, in the grammars of JetPack 3 to 6: rails with and without their unit, always mW, the mean since its start behind the
/// slash (left out); temperatures; cores with load and MHz, or off; memory in MB of 2^20. The time some versions begin with tells seconds only and is
/// not used. −256 °C means switched off; PMIC@100C is a constant, whatever the temperature (NVIDIA, quoted in balena-os/balena-jetson issue 142).
/// Grammar: NVIDIA, tegrastats utility, "Reported Statistics".
/// </summary>
public static partial class TegrastatsLine
{
    private const int Megahertz = 6;

    public static bool TryDecode(string line, out ImmutableArray<TegraValue> values, out string? reason)
    {
        values = [];
        var ram = Ram().Match(line);
        if (!ram.Success || !Numbers.TryParse(ram.Groups[1].Value, out long megabytes))
        {
            reason = $"no line of tegrastats: {JsonMessage.Quote(line.Length > 120 ? line[..120] : line)}";
            return false;
        }
        var found = ImmutableArray.CreateBuilder<TegraValue>();
        found.Add(new(new() { Name = "ram", Quantity = "memory", Unit = "B", Resolution = 1 << 20 }, new(megabytes << 20, 0)));
        var cores = Cores().Match(line);
        if (cores.Success) AddCores(found, cores.Groups[1].Value.Split(','));
        foreach (Match unit in Units().Matches(line)) AddLoad(found, unit.Groups[1].Value == "EMC" ? "emc" : "gpu", unit.Groups[2].Value, unit.Groups[3].Value);
        foreach (Match zone in Temperatures().Matches(line))
            if (Numbers.TryParse(zone.Groups[2].Value, out ExactDecimal celsius) && celsius.ToDouble() > -256 && (zone.Groups[1].Value != "PMIC" || zone.Groups[2].Value != "100"))
                Add(found, $"temperature-{zone.Groups[1].Value}", "temperature", "°C", null, celsius);
        foreach (Match rail in Rails().Matches(line))
            if (Numbers.TryParse(rail.Groups[2].Value, out ExactDecimal milliwatts))
                Add(found, rail.Groups[1].Value, "power", "W", 0.001, milliwatts.Times(-3));
        values = found.ToImmutable();
        reason = null;
        return true;
    }

    private static void AddCores(ImmutableArray<TegraValue>.Builder found, string[] cores)
    {
        for (var i = 0; i < cores.Length; i++)
        {
            var core = Core().Match(cores[i].Trim());
            if (core.Success) AddLoad(found, $"cpu{i}", core.Groups[1].Value, core.Groups[2].Value);
            else if (cores[i].Trim() == "off")
            {
                Add(found, $"cpu{i}-utilization", "utilization", "1", 0.01, null);
                Add(found, $"cpu{i}-frequency", "frequency", "Hz", 1e6, null);
            }
        }
    }

    private static void AddLoad(ImmutableArray<TegraValue>.Builder found, string name, string percent, string megahertz)
    {
        if (Numbers.TryParse(percent, out ExactDecimal load)) Add(found, $"{name}-utilization", "utilization", "1", 0.01, load.Times(-2));
        if (megahertz.Length > 0 && Numbers.TryParse(megahertz, out ExactDecimal frequency)) Add(found, $"{name}-frequency", "frequency", "Hz", 1e6, frequency.Times(Megahertz));
    }

    private static void Add(ImmutableArray<TegraValue>.Builder found, string name, string quantity, string unit, double? resolution, ExactDecimal? value)
    {
        for (var i = 0; i < found.Count; i++)
            if (found[i].Channel.Name == name) return;
        found.Add(new(new() { Name = name, Quantity = quantity, Unit = unit, Resolution = resolution }, value));
    }

    [GeneratedRegex(@"(?:^| )RAM ([0-9]{1,9})/[0-9]{1,9}MB")]
    private static partial Regex Ram();

    [GeneratedRegex(@"(?:^| )(?:CPU|cpu) \[([^\]]{0,1000})\]")]
    private static partial Regex Cores();

    [GeneratedRegex(@"^([0-9]{1,3})%(?:@([0-9]{1,6}))?$")]
    private static partial Regex Core();

    [GeneratedRegex(@"(?:^| )(EMC|GR3D)(?:_FREQ)? ([0-9]{1,3})%(?:@\[?([0-9]{1,6}))?")]
    private static partial Regex Units();

    [GeneratedRegex(@" ([A-Za-z][A-Za-z0-9_-]{0,31})@(-?[0-9]{1,4}(?:\.[0-9]{1,6})?)C(?= |$)")]
    private static partial Regex Temperatures();

    [GeneratedRegex(@" ([A-Z][A-Za-z0-9_]{0,31}) ([0-9]{1,9})(?:mW/[0-9]{1,9}mW|/[0-9]{1,9})(?= |$)")]
    private static partial Regex Rails();
}
