using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MELT.Host.Configuration;
using MELT.Sensors.Discovery;
using MELT.Sensors.Discovery.Proposals;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Host.Sniffing;

/// <summary>What <c>melt sensors sniff --json</c> prints.</summary>
/// <param name="Known">Messages of topics that rules read or that are MELT's own.</param>
/// <param name="Beyond">Messages of topics for which there was no room.</param>
internal sealed record SniffedDocument(string From, string Filter, long Messages, long Known, long Beyond, ImmutableArray<SniffedTopic> Topics, ImmutableArray<SniffedProposal> Proposals)
{
    public static SniffedDocument Of(string from, string filter, DiscoverySummary seen, long known, IEnumerable<SensorProposal> proposals, InstrumentCatalogue instruments) =>
        new(from, filter, seen.Messages + known, known, seen.Beyond, [.. seen.Topics.Select(SniffedTopic.Of)],
            [.. proposals.Select(p => SniffedProposal.Of(p, SniffedPage.Format(SniffedPage.Richest(seen, p), p.Rule), instruments))]);
}

internal sealed record SniffedTopic(string Topic, long Messages, long Retained, long Bytes, SpreadSummary? PeriodSeconds, string? Format, string Sample, ImmutableArray<SniffedFormat> Formats, ImmutableArray<SniffedField> Fields, SpreadSummary? TimesMinusArrivalSeconds)
{
    public static SniffedTopic Of(TopicSummary topic) => new(topic.Topic, topic.Messages, topic.Retained, topic.Bytes, topic.Period, topic.Best?.Format, topic.Sample,
        [.. topic.Formats.Select(f => new SniffedFormat(f.Format, f.Why, f.Fitted, f.Rejected, f.FirstRejection))],
        [.. (topic.Best?.Fields ?? []).Select(f => new SniffedField(f.Path, f.Count, f.Last, f.Unit, f.Numbers, f.Texts))], topic.Best?.Offset);
}

internal sealed record SniffedFormat(string Format, string Why, long Fitted, long Rejected, string? FirstRejection);

internal sealed record SniffedField(string Path, long Count, string Last, string? Unit, NumberSummary? Numbers, ImmutableArray<string> Texts);

/// <param name="Entry">As it would stand inside of <c>sensors { }</c>.</param>
internal sealed record SniffedProposal(ImmutableArray<string> Topics, SensorRule Rule, string Entry, ImmutableArray<Finding> Findings, ImmutableArray<RuleGap> Open)
{
    public static SniffedProposal Of(SensorProposal proposal, FormatSummary? seen, InstrumentCatalogue instruments) =>
        new(proposal.Topics, proposal.Rule, SensorRuleWriter.Write(proposal.Rule), proposal.Findings, RuleGaps.Of(proposal.Rule, seen, instruments));
}

/// <summary>What <c>melt sensors add --json</c> prints.</summary>
/// <param name="Added">False: only shown.</param>
internal sealed record AddedDocument(bool Added, string File, SniffedProposal Proposal);

/// <summary>What <c>melt sensors test --json</c> prints.</summary>
internal sealed record TestedDocument(string? Format, string? Rule, bool Understood, ImmutableArray<TestedField> Fields, ImmutableArray<TestedReading> Readings, ImmutableArray<MELT.Sensors.Decoding.Rejection> Rejections, ImmutableArray<SniffedFormat> Fits);

internal sealed record TestedField(string Path, string Value, string? Unit, long? AtNs, bool Historical);

internal sealed record TestedReading(string Meter, string Channel, double Value, string? Unit, long AtNs, bool OnArrival);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SniffedDocument))]
[JsonSerializable(typeof(AddedDocument))]
[JsonSerializable(typeof(TestedDocument))]
internal sealed partial class SniffedJson : JsonSerializerContext;
