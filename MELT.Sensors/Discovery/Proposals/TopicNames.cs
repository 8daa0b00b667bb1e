using System.Collections.Frozen;

namespace MELT.Sensors.Discovery.Proposals;

/// <summary>Which level of a topic names the device, by the format's own rules, else by what is no general word; and what the meter may be called.</summary>
/// <param name="Level">Null: none does.</param>
internal readonly record struct TopicNames(string[] Levels, int? Level)
{
    private static readonly FrozenSet<string> General = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "lab", "home", "house", "office", "sensor", "sensors", "tele", "stat", "cmnd", "data", "telemetry", "status", "state", "events", "power", "energy", "voltage", "current", "temperature",
        "meter", "meters", "readings", "values", "value", "measurement", "measurements", "mqtt", "device", "devices", "iot", "v1", "me", "json", "plugs", "plug");

    public string? Device => Level is { } level && MELT.Sensors.Meters.MeterId.TryParse($"{Levels[level]}/x", out _) ? Levels[level] : null;

    public static TopicNames Of(string topic, string format)
    {
        var levels = topic.Split('/');
        int? level = format switch
        {
            "tasmota" => Last(levels, levels.Length - 1, l => l is not ("tele" or "stat" or "cmnd")),
            "shelly-gen1" when levels is ["shellies", _, ..] => 1,
            "shelly-gen2" => Array.FindIndex(levels, l => l is "status" or "events") is > 0 and var at ? at - 1 : 0,
            "zigbee2mqtt" when levels.Length > 1 => 1,
            "sparkplug" when levels.Length > 3 => levels.Length - 1,
            _ => levels is [var only] ? General.Contains(only) ? null : 0 : Last(levels, levels.Length - 1, l => l.Length > 0 && !General.Contains(l)) ?? (General.Contains(levels[^1]) ? null : levels.Length - 1),
        };
        return new(levels, level is { } l && levels[l].Length > 0 ? l : null);
    }

    /// <summary>The last level behind the device's that is a name of something, else <paramref name="otherwise"/>.</summary>
    /// <param name="but">A level that is not the same in all topics.</param>
    public string Meter(string otherwise, int? but)
    {
        for (var at = Levels.Length - 1; at > (Level ?? -1); at--)
            if (at != but && Levels[at].Length > 0 && Levels[at] is not ("SENSOR" or "status" or "state" or "readings" or "data" or "telemetry" or "values" or "rpc" or "events") && !int.TryParse(Levels[at], out _)) return Clean(Levels[at]);
        return otherwise;
    }

    /// <summary>What configuration can name without quotes, more or less.</summary>
    public static string Clean(string text) => string.Concat(text.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).Trim('-') is { Length: > 0 } clean ? clean : "sensor";

    /// <summary>The same topic with another text at a level.</summary>
    public string With(int level, string text) => string.Join('/', Levels.Select((l, i) => i == level ? text : l));

    private static int? Last(string[] levels, int before, Predicate<string> isOne)
    {
        for (var at = before - 1; at >= 0; at--)
            if (isOne(levels[at])) return at;
        return null;
    }
}
