using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Topics;

namespace MELT.Actors.Rules;

/// <summary>What the rulebook is asked. Answer: <see cref="RulebookAnswer.Standing"/>.</summary>
public abstract record RulebookCommand
{
    /// <summary>These are the rules that operators wrote, all of them, in the files of one node.</summary>
    public sealed record Adopt(string Source, ImmutableArray<SensorRule> Rules, Stamp At) : RulebookCommand;
    /// <summary>These are the rules that a device announced on this topic, all of them; none: it took them back. May be <see cref="RulebookAnswer.Refused"/>.</summary>
    public sealed record Announce(string Topic, ImmutableArray<SensorRule> Rules, Stamp At) : RulebookCommand;
    public sealed record Inspect : RulebookCommand { public static readonly Inspect Value = new(); }
}

/// <summary>What became of the rules.</summary>
public abstract record RulebookEvent
{
    /// <summary>New, or in place of the one of this name. It holds for what was kept before, too.</summary>
    /// <param name="Source">The node whose files say it, or the topic it was announced on.</param>
    public sealed record RuleSet(SensorRule Rule, string Source, Stamp At) : RulebookEvent;
    /// <summary>Its source no longer says it; in force as long as another one does. What was understood by it stays.</summary>
    public sealed record RuleRemoved(string Name, string Source, Stamp At) : RulebookEvent;
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
