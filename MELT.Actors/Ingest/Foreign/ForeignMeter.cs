using System.Collections.Immutable;
using MELT.Actors.Meters;
using MELT.Devices.Time;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>What is known of a meter that a rule makes: the channels seen so far, and whether the meter was told of them.</summary>
internal sealed class ForeignMeter
{
    private readonly SortedDictionary<string, ChannelDescription> _channels = new(StringComparer.Ordinal);
    private bool _told;

    /// <param name="standing">Where its actor stands; what the same rule found before this process goes on.</param>
    public ForeignMeter(RuleMatch match, MeterStanding standing)
    {
        Rule = match.Rule;
        Vouched = standing.Moves is not null;
        IsNative = standing.Description is { Rule: null };
        if (standing.Description is not { } before || before.Rule != Rule.Name) return;
        foreach (var channel in before.Channels)
            if (Rule.Channels.FirstOrDefault(c => c.Name is null || c.Name == channel.Name) is { } rule)
                _channels[channel.Name] = RuleDescription.Of(rule, channel.Name, rule.Unit ?? channel.Unit);
    }

    /// <summary>Channels that a topic names; beyond it somebody makes them up.</summary>
    public const int MostChannels = 256;

    public SensorRule Rule { get; }
    /// <summary>Somebody said whether it moves, and that is stored: a rule does not speak against a check.</summary>
    public bool Vouched { get; private set; }

    /// <summary>It publishes on MELT's own topics, and describes itself.</summary>
    public bool IsNative { get; }

    /// <summary>It has as many channels as a meter may have, and one of these would be a further one.</summary>
    public bool IsFull(ImmutableArray<ChannelDescription> seen) => _channels.Count >= MostChannels && seen.Any(c => !_channels.ContainsKey(c.Name));

    /// <summary>Its description, when these channels change it; null: the meter was told already.</summary>
    public MeterDescription? Describe(ImmutableArray<ChannelDescription> seen)
    {
        foreach (var channel in seen)
        {
            if (_channels.TryGetValue(channel.Name, out var known) && known == channel) continue;
            _channels[channel.Name] = channel;
            _told = false;
        }
        if (_told) return null;
        _told = true;
        return RuleDescription.Of(Rule, [.. _channels.Values.Where(c => c.Parent is null || _channels.ContainsKey(c.Parent))]);
    }

    /// <summary>The word of the rule that the meter moves, once; null: nobody gives it, or it is stored.</summary>
    public MeterCheck? Vouch(Stamp at)
    {
        if (Vouched || Rule.Vouched is not { } who) return null;
        Vouched = true;
        return new(null, true, null, $"{MeterCheck.Operator} {who}", at);
    }
}
