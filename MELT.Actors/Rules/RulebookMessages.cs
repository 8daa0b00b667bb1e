using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Topics;

namespace MELT.Actors.Rules;

/// <summary>What the rulebook is asked. Answer: <see cref="RulebookAnswer.Standing"/>.</summary>
public abstract record RulebookCommand
{
    /// <summary>These are the rules that operators wrote, all of them.</summary>
    public sealed record Adopt(ImmutableArray<SensorRule> Rules, Stamp At) : RulebookCommand;
    /// <summary>These are the rules that a device announced on this topic, all of them; none: it took them back. May be <see cref="RulebookAnswer.Refused"/>.</summary>
    public sealed record Announce(string Topic, ImmutableArray<SensorRule> Rules, Stamp At) : RulebookCommand;
    public sealed record Inspect : RulebookCommand { public static readonly Inspect Value = new(); }
}

/// <summary>What became of the rules.</summary>
public abstract record RulebookEvent
{
    /// <summary>New, or in place of the one of this name. It holds for what was kept before, too.</summary>
    public sealed record RuleSet(SensorRule Rule, Stamp At) : RulebookEvent;
    /// <summary>No longer in force; what was understood by it stays.</summary>
    public sealed record RuleRemoved(string Name, Stamp At) : RulebookEvent;
}

/// <summary>What the rulebook answers.</summary>
public abstract record RulebookAnswer
{
    /// <summary>All rules in force.</summary>
    public sealed record Standing(ImmutableArray<SensorRule> Rules) : RulebookAnswer;
    public sealed record Refused(string Reason) : RulebookAnswer;
}

/// <summary>Published once committed: all rules now in force.</summary>
public sealed record RulesChanged(ImmutableArray<SensorRule> Rules);
