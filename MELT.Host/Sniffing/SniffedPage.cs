using System.Globalization;
using MELT.Host.Configuration;
using MELT.Sensors.Discovery;
using MELT.Sensors.Discovery.Proposals;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Host.Sniffing;

/// <summary>What was seen and what is proposed, as lines for people.</summary>
internal static class SniffedPage
{
    private const int MostFields = 24;

    /// <summary>All topics, each family with its proposal.</summary>
    public static IEnumerable<string> Lines(DiscoverySummary seen, IReadOnlyList<SensorProposal> proposals, InstrumentCatalogue instruments)
    {
        foreach (var proposal in proposals)
        {
            foreach (var topic in seen.Topics.Where(t => proposal.Topics.Contains(t.Topic))) yield return Heading(topic);
            var richest = Richest(seen, proposal);
            foreach (var field in Fields(richest)) yield return field;
            foreach (var line in Evidence(proposal, richest, instruments)) yield return line;
            if (!proposal.Rule.Channels.IsEmpty) yield return $"  to add it: melt sensors add {Quoted(proposal.Rule.Topic)}";
            yield return "";
        }
        foreach (var topic in seen.Topics.Where(t => !proposals.Any(p => p.Topics.Contains(t.Topic))))
            yield return $"{Heading(topic)}; no format fits: it begins with {Quoted(topic.Sample)}";
        if (seen.Beyond > 0) yield return string.Create(CultureInfo.InvariantCulture, $"{seen.Beyond} messages of further topics were counted only; a narrower filter shows them");
    }

    /// <summary>What speaks for a rule, what it leaves open, and the entry itself.</summary>
    public static IEnumerable<string> Evidence(SensorProposal proposal, TopicSummary? topic, InstrumentCatalogue instruments)
    {
        yield return "  what speaks for it:";
        foreach (var finding in proposal.Findings) yield return $"    {finding.Sure.ToString().ToLowerInvariant(),-7} {finding.About}: {finding.Text}";
        yield return "  what is left open:";
        foreach (var gap in RuleGaps.Of(proposal.Rule, Format(topic, proposal.Rule), instruments)) yield return $"    {gap.What}: {gap.Consequence} ({gap.Option})";
        yield return "  the entry for sensors.conf:";
        foreach (var line in Entry(proposal.Rule)) yield return $"    {line}";
    }

    public static string[] Entry(SensorRule rule) => SensorRuleWriter.Write(rule).TrimEnd('\n').Split('\n');

    public static TopicSummary? Richest(DiscoverySummary seen, SensorProposal proposal) => seen.Topics.Where(t => proposal.Topics.Contains(t.Topic)).MaxBy(t => t.Messages);

    public static FormatSummary? Format(TopicSummary? topic, SensorRule rule) => topic?.Formats.FirstOrDefault(f => f.Format == rule.Format);

    public static string Heading(TopicSummary topic) =>
        string.Create(CultureInfo.InvariantCulture, $"{topic.Topic}  {topic.Messages} {(topic.Messages == 1 ? "message" : "messages")}{(topic.Retained > 0 ? $" ({topic.Retained} kept by the broker)" : "")}, {Every(topic)}, {topic.Bytes} bytes{(topic.Best is { } best ? $"  {best.Format}" : "")}");

    public static string Every(TopicSummary topic) => topic.Period is { } period ? string.Create(CultureInfo.InvariantCulture, $"one every {period.Median:G3} s ± {period.HalfWidth:G2} s") : "no rate yet";

    public static IEnumerable<string> Fields(TopicSummary? topic)
    {
        if (topic?.Best is not { } best) yield break;
        foreach (var field in best.Fields.Take(MostFields)) yield return $"  {field.Path} = {Value(field)}";
        if (best.Fields.Length + best.FieldsBeyond > MostFields) yield return string.Create(CultureInfo.InvariantCulture, $"  … {best.Fields.Length - Math.Min(MostFields, best.Fields.Length)} more fields{(best.FieldsBeyond > 0 ? ", and some that were not kept" : "")}");
    }

    /// <summary>The last value, its unit, and the range when it moved.</summary>
    public static string Value(FieldSummary field) =>
        $"{field.Last}{(field.Unit is { } unit ? $" {unit}" : "")}{(field.Numbers is { IsConstant: false } n ? string.Create(CultureInfo.InvariantCulture, $"  ({n.Least:G6} to {n.Most:G6})") : "")}";

    private static string Quoted(string text) => text.All(c => char.IsLetterOrDigit(c) || c is '/' or '-' or '_' or '.' or '+' or ':') ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
