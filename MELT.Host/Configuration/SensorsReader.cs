using System.Collections.Immutable;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Host.Configuration;

/// <summary>
/// Reads <c>sensors.conf</c>: how messages of foreign topics become readings. The shipped file, over it the laboratory's own, over it the one that
/// <c>melt sensors add</c> writes into the data folder. Unknown keys are errors.
/// </summary>
public sealed class SensorsReader
{
    public const string File = "sensors.conf";
    private static readonly string[] ChannelKeys = ["accuracy", "boundary", "kind", "parent", "path", "quantity", "resolution", "scale", "sign", "unit"];
    private static readonly string[] RuleKeys = ["channel", "channels", "clock", "device", "format", "gauge", "held", "instrument", "kind", "latency", "latency-u", "meter", "period", "stamp", "topic", "vouched", "window"];

    private readonly HoconFields _told = new();

    public static Reading<SensorRules> Load(ConfigurationSources sources) =>
        HoconFiles.Load(File, sources, SensorRules.None, root => new SensorsReader().Read(root));

    private Reading<SensorRules> Read(HoconObject root)
    {
        _told.Known(root, "", ["sensors"]);
        var rules = _told.Fields(root.Find("sensors"), "sensors").Select(field => Rule(field.Key, field.Value)).OfType<SensorRule>().ToImmutableArray();
        return _told.Result(() => new SensorRules(rules));
    }

    private SensorRule? Rule(string name, HoconValue value)
    {
        var key = $"sensors.{name}";
        if (value is HoconNull || _told.Object(value, key) is not { } told) return null;      // null: the laboratory takes an entry out
        var channels = Channels(told, key, out var several);
        _told.Known(told, key, several ? RuleKeys : [.. RuleKeys, .. ChannelKeys]);
        foreach (var needed in (string[])["topic", "format"])
            if (told.Find(needed) is null) _told.Say(told, $"{key}.{needed}", "is missing");
        if (_told.Text(told, key, "topic") is not { } topic || _told.Text(told, key, "format") is not { } format) return null;
        var rule = new SensorRule(name, topic, format)
        {
            Device = _told.Text(told, key, "device"),
            Meter = _told.Text(told, key, "meter"),
            Instrument = _told.Text(told, key, "instrument"),
            Kind = Kind(told, key),
            PeriodSeconds = _told.Length(told, key, "period")?.TotalSeconds,
            WindowSeconds = _told.Length(told, key, "window")?.TotalSeconds,
            StampPosition = _told.Word<StampPosition>(told, key, "stamp", ("start", StampPosition.Start), ("centre", StampPosition.Centre), ("end", StampPosition.End)),
            LatencySeconds = _told.Length(told, key, "latency")?.TotalSeconds,
            LatencyUncertaintySeconds = _told.Length(told, key, "latency-u")?.TotalSeconds,
            Clock = _told.Text(told, key, "clock") is { } clock && clock != "arrival" ? clock : null,
            Held = Switch(told, key, "held"),
            Gauge = Switch(told, key, "gauge"),
            Vouched = _told.Text(told, key, "vouched"),
            Channels = channels,
        };
        foreach (var (at, text) in SensorRuleProblems.Of(rule)) _told.Say(told.Find(at) ?? told, at.Length == 0 ? key : $"{key}.{at}", text);
        return rule;
    }

    /// <summary>By name, or the one whose keys stand in the entry itself.</summary>
    private ImmutableArray<ChannelRule> Channels(HoconObject told, string key, out bool several)
    {
        several = told.Find("channels") is not null;
        if (several) return [.. _told.Fields(told.Find("channels"), $"{key}.channels").Select(c => Channel(c.Key, c.Value, $"{key}.channels.{c.Key}")).OfType<ChannelRule>()];
        if (Channel(null, told, key, isEntry: true) is not { } only) return [];
        var topicNames = _told.Text(told, key, "topic") is { } topic && TopicPattern.TryParse(topic, out var pattern, out _) && pattern.Captures("channel");
        return [only with { Name = topicNames ? null : _told.Text(told, key, "channel") ?? NameOf(only) }];
    }

    private static string NameOf(ChannelRule channel) =>
        RuleDescription.UsualName(RuleDescription.Of(channel, "", channel.Unit).Quantity) ?? channel.Path.Split('.')[^1].ToLowerInvariant();

    private ChannelRule? Channel(string? name, HoconValue value, string key, bool isEntry = false)
    {
        if (_told.Object(value, key) is not { } told) return null;
        if (!isEntry) _told.Known(told, key, ChannelKeys);
        if (_told.Text(told, key, "path") is not { } path)
        {
            // A payload that is nothing but a value has one field.
            if (!isEntry || _told.Text(told, key, "format") != "bare") { _told.Say(told, $"{key}.path", "is missing: which field of the payload; melt sensors sniff and test show them"); return null; }
            path = "value";
        }
        return new()
        {
            Name = name,
            Path = path,
            Quantity = _told.Text(told, key, "quantity"),
            Unit = _told.Text(told, key, "unit"),
            Boundary = _told.Text(told, key, "boundary"),
            Parent = _told.Text(told, key, "parent"),
            Kind = isEntry ? null : Kind(told, key),          // an entry's kind is its meter's
            Resolution = _told.Number(told, key, "resolution"),
            Accuracy = Accuracy(told, key),
            Scale = Scale(told, key),
        };
    }

    private ExactDecimal Scale(HoconObject told, string key)
    {
        var scale = ChannelRule.One;
        if (_told.Text(told, key, "scale") is { } text && !ExactDecimal.TryParse(text, out scale)) _told.Say(told.Find("scale")!, $"{key}.scale", $"must be a decimal number, not '{text}'");
        var negative = _told.Word<bool>(told, key, "sign", ("+", false), ("-", true)) ?? false;
        return negative ? new(-scale.Mantissa, scale.Exponent) : scale;
    }

    private Accuracy? Accuracy(HoconObject from, string key)
    {
        if (_told.Object(from.Find("accuracy"), $"{key}.accuracy") is not { } told) return null;
        key = $"{key}.accuracy";
        _told.Known(told, key, ["coverage-factor", "gain", "offset", "source"]);
        if (_told.Number(told, key, "gain") is { } gain && _told.Number(told, key, "offset") is { } offset && _told.Text(told, key, "source") is { Length: > 0 } source)
            return new(gain, offset, source, _told.Number(told, key, "coverage-factor"));
        _told.Say(told, key, "needs gain, offset and source; write 0 for the one that is stated to be none");
        return null;
    }

    private bool Switch(HoconObject told, string key, string name) => _told.Word<bool>(told, key, name, ("true", true), ("false", false)) ?? false;

    private SensorKind? Kind(HoconObject from, string key) => _told.Word<SensorKind>(from, key, "kind",
        ("instantaneous", SensorKind.Instantaneous), ("averaged", SensorKind.Averaged), ("accumulated", SensorKind.Accumulated));
}

/// <summary>The rules of a laboratory's files.</summary>
public sealed record SensorRules(ImmutableArray<SensorRule> Rules)
{
    public static readonly SensorRules None = new([]);
}
