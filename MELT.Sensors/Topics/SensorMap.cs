using System.Collections.Concurrent;
using System.Collections.Immutable;
using MELT.Devices;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Topics;

/// <summary>A rule that fits a topic, and what the topic says: whose meter it is, and which channel.</summary>
public sealed record RuleMatch(SensorRule Rule, MeterId Meter, string? Channel);

/// <summary>Finds the rules of a topic. Rules that an operator wrote come before announced ones: of an announced rule only what no written one covers is used.</summary>
public sealed class SensorMap
{
    /// <summary>Topics remembered; a laboratory has hundreds, and beyond this every further one is looked up again.</summary>
    private const int MostRemembered = 10_000;
    /// <summary>Bytes; names become the names of streams and columns.</summary>
    private const int LongestName = 120;

    public static readonly SensorMap Empty = new([]);

    private readonly (SensorRule Rule, TopicPattern Pattern)[] _rules;
    private readonly ConcurrentDictionary<string, ImmutableArray<RuleMatch>> _found = new(StringComparer.Ordinal);

    public SensorMap(IEnumerable<SensorRule> rules)
    {
        Rules = [.. rules.OrderBy(r => r.AnnouncedOn is not null).ThenBy(r => r.Name, StringComparer.Ordinal)];
        _rules = [.. Rules.Select(rule => (rule, TopicPattern.TryParse(rule.Topic, out var pattern, out var problem) ? pattern : throw new ArgumentException($"{rule.Topic} {problem}", nameof(rules))))];
    }

    public ImmutableArray<SensorRule> Rules { get; }

    /// <summary>Empty: nobody said what this topic is.</summary>
    public ImmutableArray<RuleMatch> Find(string topic)
    {
        if (_found.TryGetValue(topic, out var known)) return known;
        var found = ImmutableArray.CreateBuilder<RuleMatch>();
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (rule, pattern) in _rules)
        {
            if (rule.AnnouncedOn is not null && rule.Channels.All(c => paths.Contains(c.Path))) continue;
            if (!pattern.TryMatch(topic, out var captured) || Match(rule, captured) is not { } match) continue;
            found.Add(match);
            paths.UnionWith(rule.Channels.Select(c => c.Path));
        }
        var matches = found.ToImmutable();
        if (_found.Count < MostRemembered) _found[topic] = matches;
        return matches;
    }

    /// <summary>Null where a level of the topic is no name.</summary>
    private static RuleMatch? Match(SensorRule rule, IReadOnlyDictionary<string, string> captured)
    {
        var device = rule.Device ?? captured["device"];
        var meter = rule.Meter ?? captured.GetValueOrDefault("meter") ?? rule.Name;
        var channel = captured.GetValueOrDefault("channel");
        return IsName(device) && IsName(meter) && (channel is null || IsName(channel)) ? new(rule, new(new DeviceId(device), meter), channel) : null;
    }

    private static bool IsName(string text) => System.Text.Encoding.UTF8.GetByteCount(text) is > 0 and <= LongestName && !text.Any(char.IsControl);
}
