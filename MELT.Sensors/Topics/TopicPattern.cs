using System.Diagnostics.CodeAnalysis;
using MELT.Sensors.Mqtt;

namespace MELT.Sensors.Topics;

/// <summary>
/// An MQTT topic filter whose <c>+</c> may have a name, as in <c>lab/+device/power/+channel</c>: what stands there in a topic is then called so.
/// Names are device, meter and channel.
/// </summary>
public sealed class TopicPattern
{
    private static readonly string[] Names = ["device", "meter", "channel"];

    private readonly (string Name, int Level)[] _captures;

    private TopicPattern(string text, string filter, (string, int)[] captures) => (Text, Filter, _captures) = (text, filter, captures);

    /// <summary>As it was written.</summary>
    public string Text { get; }
    /// <summary>The filter a broker understands.</summary>
    public string Filter { get; }

    public bool Captures(string name) => _captures.Any(c => c.Name == name);

    /// <summary>Reads a pattern; when it is none, <paramref name="problem"/> says why.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TopicPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        var levels = text.Split('/');
        var captures = new List<(string Name, int Level)>();
        for (var level = 0; level < levels.Length; level++)
        {
            if (levels[level] is not ['+', _, ..]) continue;
            captures.Add((levels[level][1..], level));
            levels[level] = "+";
        }
        var filter = string.Join('/', levels);
        problem = !TopicFilter.IsValid(filter) ? "is no topic filter: + fills a whole level, # stands last and alone"
            : captures.Find(c => !Names.Contains(c.Name)) is { Name: { } unknown } ? $"names a level +{unknown}; the names are +{string.Join(", +", Names)}"
            : captures.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1) is { } twice ? $"has +{twice.Key} twice"
            : filter.StartsWith(MeltTopic.Root, StringComparison.Ordinal) ? "is in MELT's own tree, which needs no rule"
            : null;
        pattern = problem is null ? new(text, filter, [.. captures]) : null;
        return pattern is not null;
    }

    /// <summary>Whether a topic fits, and what its named levels hold.</summary>
    public bool TryMatch(string topic, [NotNullWhen(true)] out IReadOnlyDictionary<string, string>? captured)
    {
        captured = null;
        if (!TopicFilter.Matches(Filter, topic)) return false;
        var levels = topic.Split('/');
        captured = _captures.ToDictionary(c => c.Name, c => levels[c.Level], StringComparer.Ordinal);
        return true;
    }

    public override string ToString() => Text;
}
