namespace MELT.Sensors.Discovery.Proposals;

/// <summary>Whether a topic is of a mains plug: then its readings are of the wall, and which instrument it is.</summary>
/// <param name="Boundary">Null: nothing shows where it measures.</param>
internal sealed record PlugFindings(string? Boundary, string? Instrument, IReadOnlyList<Finding> Findings)
{
    public static PlugFindings Of(string topic, string format, IReadOnlyList<FieldFacts> facts)
    {
        var findings = new List<Finding>();
        var power = facts.Any(f => f.Quantity is "power" or "energy");
        var instrument = format switch
        {
            "tasmota" when facts.Any(f => f.Path.Contains("ENERGY.", StringComparison.Ordinal)) => "Tasmota plug",
            "shelly-gen1" when power => "Shelly Gen1 plug",
            "shelly-gen2" when power => "Shelly Gen2 PM",
            _ => null,
        };
        if (instrument is not null) findings.Add(new("instrument", $"the format is that of \"{instrument}\" in instruments.conf, which fills in what is published of it", Sureness.Likely));
        var mains = facts.FirstOrDefault(f => f is { Quantity: "voltage", Unit.Symbol: "V", Name.Partial: false } && Magnitudes.IsMains(f.Numbers.Least, f.Numbers.Most));
        var isPlugFormat = format is "tasmota" or "shelly-gen1" or "shelly-gen2" or "zigbee2mqtt";
        string? boundary = null;
        if (isPlugFormat && mains is not null)
        {
            boundary = "wall-ac";
            findings.Add(new("boundary", $"{mains.Called} is {mains.Range} V, mains, and the format is that of plugs: wall-ac", Sureness.Likely));
        }
        else if (format == "shelly-gen1" && topic.StartsWith("shellies/shellyplug", StringComparison.Ordinal))
        {
            boundary = "wall-ac";
            findings.Add(new("boundary", "the name is that of a Shelly Plug, which stands in a wall socket: wall-ac", Sureness.Likely));
        }
        else if (power || facts.Any(f => f.Quantity is "voltage" or "current"))
            findings.Add(new("boundary", $"nothing shows where it measures{(mains is null ? "" : $", though {mains.Called} is mains voltage")}: the boundary is left open", Sureness.Guess));
        return new(boundary, instrument, findings);
    }
}
