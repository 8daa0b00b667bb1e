namespace MELT.Sensors.Mqtt;

/// <summary>The rules of topic names and filters (MQTT 5.0 section 4.7).</summary>
public static class TopicFilter
{
    public static bool IsValidName(ReadOnlySpan<char> topic) => !topic.IsEmpty && topic.IndexOfAny('+', '#', '\0') < 0;

    /// <summary>A wildcard fills a whole level, and # is the last one.</summary>
    public static bool IsValid(ReadOnlySpan<char> filter)
    {
        if (filter.IsEmpty || filter.Contains('\0')) return false;
        for (var i = 0; i < filter.Length; i++)
        {
            if (filter[i] is not ('+' or '#')) continue;
            if (i > 0 && filter[i - 1] != '/') return false;
            if (i + 1 < filter.Length && (filter[i] == '#' || filter[i + 1] != '/')) return false;
        }
        return true;
    }

    /// <summary>Whether every topic that <paramref name="filter"/> names is one that <paramref name="rule"/> names; both are taken to be valid.</summary>
    public static bool Covers(ReadOnlySpan<char> rule, ReadOnlySpan<char> filter)
    {
        if (filter.StartsWith('$') && rule is ['+' or '#', ..]) return false;
        while (true)
        {
            if (rule is "#") return true;
            var ruleLevel = rule.IndexOf('/');
            var filterLevel = filter.IndexOf('/');
            var allowed = ruleLevel < 0 ? rule : rule[..ruleLevel];
            var wanted = filterLevel < 0 ? filter : filter[..filterLevel];
            if (wanted is "#" || (allowed is not "+" && !allowed.SequenceEqual(wanted))) return false;
            if (ruleLevel < 0) return filterLevel < 0;
            rule = rule[(ruleLevel + 1)..];
            if (filterLevel < 0) return rule is "#";
            filter = filter[(filterLevel + 1)..];
        }
    }

    /// <summary>Both are taken to be valid.</summary>
    public static bool Matches(ReadOnlySpan<char> filter, ReadOnlySpan<char> topic)
    {
        if (topic.StartsWith('$') && filter is ['+' or '#', ..]) return false;
        while (true)
        {
            if (filter is "#") return true;
            var filterLevel = filter.IndexOf('/');
            var topicLevel = topic.IndexOf('/');
            var wanted = filterLevel < 0 ? filter : filter[..filterLevel];
            var found = topicLevel < 0 ? topic : topic[..topicLevel];
            if (wanted is not "+" && !wanted.SequenceEqual(found)) return false;
            if (filterLevel < 0) return topicLevel < 0;
            filter = filter[(filterLevel + 1)..];
            if (topicLevel < 0) return filter is "#";   // "sport/#" also names "sport"
            topic = topic[(topicLevel + 1)..];
        }
    }
}
