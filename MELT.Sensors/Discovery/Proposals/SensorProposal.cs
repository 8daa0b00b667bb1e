using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Discovery.Proposals;

/// <summary>How sure a finding is, from least to most.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Sureness>))]
public enum Sureness
{
    /// <summary>Something has to stand there; nothing speaks against it.</summary>
    [JsonStringEnumMemberName("guess")] Guess,
    /// <summary>A name or a range speaks for it.</summary>
    [JsonStringEnumMemberName("likely")] Likely,
    /// <summary>The numbers agree with it and with nothing else.</summary>
    [JsonStringEnumMemberName("shown")] Shown,
    /// <summary>The payload, its format or the device says so.</summary>
    [JsonStringEnumMemberName("stated")] Stated,
}

/// <summary>One thing that was found out, in a sentence for the operator.</summary>
/// <param name="About">A field's path, or <c>format</c>, <c>period</c>, <c>clock</c>, <c>device</c>, <c>instrument</c>, <c>topic</c>.</param>
public sealed record Finding(string About, string Text, Sureness Sure);

/// <summary>What a rule does not say, what follows from it, and the option that says it.</summary>
public sealed record RuleGap(string What, string Consequence, string Option);

/// <summary>A rule that would read these topics, and what speaks for it. Nobody uses it before an operator said yes.</summary>
/// <param name="Rule">Without channels where no field is of a kind that is known.</param>
public sealed record SensorProposal(SensorRule Rule, ImmutableArray<string> Topics, ImmutableArray<Finding> Findings);
