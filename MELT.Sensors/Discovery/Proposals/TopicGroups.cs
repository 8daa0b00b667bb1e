using System.Collections.Immutable;

namespace MELT.Sensors.Discovery.Proposals;

/// <summary>Topics of which one rule may speak: the same format and fields, and the same text in all levels but one.</summary>
/// <param name="Level">The level that differs; null: there is only one topic.</param>
internal sealed record TopicGroup(ImmutableArray<TopicSummary> Topics, int? Level)
{
    /// <param name="signatures">By topic, what its rule would say but for the topic; topics with different ones never share a rule.</param>
    public static ImmutableArray<TopicGroup> Of(ImmutableArray<TopicSummary> topics, IReadOnlyDictionary<string, string> signatures)
    {
        var open = topics.ToDictionary(t => t.Topic, StringComparer.Ordinal);
        var groups = ImmutableArray.CreateBuilder<TopicGroup>();
        var families = topics.SelectMany(t => Keys(t.Topic, signatures[t.Topic])).GroupBy(k => k.Key, k => (k.Topic, k.Level), StringComparer.Ordinal)
            .Where(f => f.Count() > 1).OrderByDescending(f => f.Count()).ThenBy(f => f.Key, StringComparer.Ordinal);
        foreach (var family in families)
        {
            var members = family.Where(m => open.ContainsKey(m.Topic)).ToArray();
            if (members.Length < 2) continue;
            groups.Add(new([.. members.Select(m => open[m.Topic])], members[0].Level));
            foreach (var (topic, _) in members) open.Remove(topic);
        }
        groups.AddRange(open.Values.Select(t => new TopicGroup([t], null)));
        return [.. groups.OrderBy(g => g.Topics[0].Topic, StringComparer.Ordinal)];
    }

    private static IEnumerable<(string Key, string Topic, int Level)> Keys(string topic, string signature)
    {
        var levels = topic.Split('/');
        for (var at = 0; at < levels.Length && at < 16; at++)
            if (levels[at].Length > 0) yield return ($"{string.Join('/', levels.Select((l, i) => i == at ? "+" : l))}\n{signature}", topic, at);
    }
}
