using System.Collections.Immutable;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Discovery.Proposals;

/// <summary>From what was seen to rules that would read it, one for several topics where one level tells them apart. Nothing here is applied to anything.</summary>
public static class SensorProposals
{
    /// <summary>One proposal for every topic or family of topics that some format fits.</summary>
    /// <param name="taken">Names that other rules have.</param>
    public static ImmutableArray<SensorProposal> Of(DiscoverySummary seen, IEnumerable<string>? taken = null)
    {
        var names = new HashSet<string>(taken ?? [], StringComparer.Ordinal);
        ImmutableArray<TopicSummary> known = [.. seen.Topics.Where(t => t.Best is { Fields.IsEmpty: false })];
        var facts = known.ToDictionary(t => t.Topic, t => ChannelProposals.Facts(t, t.Best!, seen.Announced), StringComparer.Ordinal);
        var signatures = facts.ToDictionary(f => f.Key, f => $"{seen.Topics.First(t => t.Topic == f.Key).Best!.Format}|{string.Join(',', f.Value.Select(x => $"{x.Path}:{x.Quantity}").Order(StringComparer.Ordinal))}", StringComparer.Ordinal);
        return [.. TopicGroup.Of(known, signatures).Select(g => Propose(g, Richest(g), facts, null, names))];
    }

    /// <summary>One proposal for all topics seen, read by this pattern as an operator wrote it; null when nothing fitting was seen.</summary>
    public static SensorProposal? For(DiscoverySummary seen, TopicPattern pattern, IEnumerable<string>? taken = null)
    {
        ImmutableArray<TopicSummary> known = [.. seen.Topics.Where(t => t.Best is { Fields.IsEmpty: false } && pattern.TryMatch(t.Topic, out _))];
        if (known.IsEmpty) return null;
        var group = new TopicGroup(known, null);
        var facts = known.ToDictionary(t => t.Topic, t => ChannelProposals.Facts(t, t.Best!, seen.Announced), StringComparer.Ordinal);
        return Propose(group, Richest(group), facts, pattern, new(taken ?? [], StringComparer.Ordinal));
    }

    /// <summary>The topic that told most stands for its family.</summary>
    private static TopicSummary Richest(TopicGroup group) => group.Topics.OrderByDescending(t => t.Messages).ThenBy(t => t.Topic, StringComparer.Ordinal).First();

    private static SensorProposal Propose(TopicGroup group, TopicSummary topic, Dictionary<string, ImmutableArray<FieldFacts>> facts, TopicPattern? written, HashSet<string> taken)
    {
        var (format, findings) = (topic.Best!, new List<Finding>());
        Format(topic, findings);
        var chosen = ChannelProposals.Choose(facts[topic.Topic], findings);
        var plug = PlugFindings.Of(topic.Topic, format.Format, facts[topic.Topic]);
        findings.AddRange(plug.Findings);

        var names = TopicNames.Of(topic.Topic, format.Format);
        var (text, captured) = written is null ? Pattern(group, names, format.Format) : (written.Text, new[] { "device", "meter", "channel" }.Where(written.Captures).ToHashSet(StringComparer.Ordinal));
        if (group.Level is not null) findings.Add(new("topic", $"{group.Topics.Length} topics differ in one level only: {Words.ListOf([.. group.Topics.Select(t => t.Topic)], 4)}", Sureness.Shown));
        var device = captured.Contains("device") ? null : names.Device ?? "device";
        findings.Add(new("device", device is null ? "the device is what stands at +device in the topic; where that is the name of the meter, write a rule for each, with --device"
            : names.Device is null ? "no level of the topic names a device: say with --device what the sensor watches"
            : $"the topic names {device}; if that is the meter, --device says what it watches", names.Device is null ? Sureness.Guess : Sureness.Likely));

        var meter = names.Meter(plug.Boundary is not null || plug.Instrument is not null ? "plug" : "sensor", group.Level ?? (captured.Contains("channel") || captured.Contains("meter") ? names.Levels.Length - 1 : null));
        var channels = ChannelProposals.Channels(chosen, plug.Boundary, captured.Contains("channel"));
        TimeFindings.Period(topic, format, findings);
        var rule = new SensorRule(Unique(TopicNames.Clean(device is null ? meter : $"{device}-{meter}"), taken), text, format.Format)
        {
            Device = device,
            Meter = captured.Contains("meter") ? null : meter,
            Instrument = plug.Instrument,
            Clock = TimeFindings.Clock(topic, format, names.Device ?? meter, findings),
            Channels = channels,
        };
        findings.AddRange(chosen.SelectMany(f => f.Findings));
        return new(WithKind(rule), [.. group.Topics.Select(t => t.Topic)], [.. findings]);
    }

    private static void Format(TopicSummary topic, List<Finding> findings)
    {
        var best = topic.Best!;
        findings.Add(new("format", $"{best.Format}: {best.Why}; {best.Fitted} of {Words.Messages(best.Fitted + best.Rejected)} fit{(best.Waiting > 0 ? $", {best.Waiting} wait for what describes them" : "")}",
            best.Rejected > 0 ? Sureness.Guess : best.Fit >= Decoding.Payloads.PayloadFit.Keys ? Sureness.Shown : Sureness.Likely));
        if (best.FirstRejection is { } reason) findings.Add(new("format", $"a message did not fit {best.Format}: {reason}", Sureness.Stated));
        foreach (var lost in topic.Formats.Skip(1).Where(f => f.Rejected > 0 && f.Fitted > 0)) findings.Add(new("format", $"not {lost.Format}: {lost.Rejected} of {Words.Messages(lost.Fitted + lost.Rejected)} do not fit it ({lost.FirstRejection})", Sureness.Shown));
    }

    /// <summary>The topic with a name in place of the level that differs.</summary>
    private static (string Text, HashSet<string> Captured) Pattern(TopicGroup group, TopicNames names, string format)
    {
        if (group.Level is not { } level) return (string.Join('/', names.Levels), []);
        var name = level == names.Level ? "device" : format == "bare" && level == names.Levels.Length - 1 ? "channel" : names.Level is null ? "device" : "meter";
        return (names.With(level, "+" + name), [name]);
    }

    /// <summary>What all channels share stands in the rule; otherwise the rule says what most meters are and the others say theirs.</summary>
    private static SensorRule WithKind(SensorRule rule)
    {
        var kinds = rule.Channels.Select(c => c.Kind).Distinct().ToArray();
        if (kinds.Length == 0) return rule;
        var common = kinds.Length == 1 ? kinds[0] : kinds.Contains(SensorKind.Instantaneous) ? SensorKind.Instantaneous : null;
        return rule with { Kind = common, Channels = [.. rule.Channels.Select(c => c.Kind == common ? c with { Kind = null } : c)] };
    }

    /// <summary>The name, numbered where it is taken.</summary>
    internal static string Unique(string name, HashSet<string> taken)
    {
        var unique = name;
        for (var number = 2; !taken.Add(unique); number++) unique = $"{name}-{number.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        return unique;
    }
}
