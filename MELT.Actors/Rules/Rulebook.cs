using System.Collections.Immutable;
using System.Diagnostics;
using MELT.Actors.Behaviors;
using MELT.Devices.Time;
using MELT.Sensors.Topics;

namespace MELT.Actors.Rules;

/// <summary>The rules in force, by name, each with those who say it.</summary>
public sealed record RulebookState(ImmutableSortedDictionary<string, RuleInForce> Rules)
{
    public ImmutableArray<SensorRule> InForce => [.. Rules.Values.Select(r => r.Rule)];
}

/// <summary>A rule, and the files or announcements it stands in.</summary>
public sealed record RuleInForce(SensorRule Rule, ImmutableSortedSet<string> Sources);

/// <summary>
/// The one actor that knows how foreign messages become readings. Operators write rules into <c>sensors.conf</c>, and devices announce some on their discovery topics;
/// what that changes is kept as events, so that a recording tells by which rule its readings were understood, and since when.
/// </summary>
public sealed class Rulebook : EventSourcedBehavior<RulebookCommand, RulebookEvent, RulebookState>
{
    public const string KindName = "rulebook";
    /// <summary>There is one for the laboratory.</summary>
    public const string Id = KindName;
    private const int MostAnnounced = 2000;

    public override string Kind => KindName;
    public override bool IsSingleton => true;
    public override RulebookState Empty(string id) => new(ImmutableSortedDictionary.Create<string, RuleInForce>(StringComparer.Ordinal));

    public override Effect<RulebookEvent> Handle(RulebookState book, RulebookCommand command) => command switch
    {
        RulebookCommand.Adopt c => Change(book, c.Source, c.Rules, c.At),
        RulebookCommand.Announce c when c.Rules.FirstOrDefault(r => r.AnnouncedOn != c.Topic) is { } foreign => Reply(new RulebookAnswer.Refused($"{foreign.Name} is announced on {foreign.AnnouncedOn ?? "no topic"}, not on {c.Topic}")),
        RulebookCommand.Announce c when book.InForce.Count(r => r.AnnouncedOn is { } topic && topic != c.Topic) + c.Rules.Length > MostAnnounced => Reply(new RulebookAnswer.Refused($"{MostAnnounced} sensors have been announced; no further one is taken")),
        RulebookCommand.Announce c => Change(book, c.Topic, c.Rules, c.At),
        RulebookCommand.Inspect => Reply(Standing(book)),
        _ => throw new UnreachableException(command.GetType().Name),
    };

    public override RulebookState Apply(RulebookState book, RulebookEvent e) => e switch
    {
        RulebookEvent.RuleSet s => new(book.Rules.SetItem(s.Rule.Name, new(s.Rule, SourcesOf(book, s.Rule.Name).Add(s.Source)))),
        RulebookEvent.RuleRemoved r when SourcesOf(book, r.Name).Remove(r.Source) is { IsEmpty: false } others => new(book.Rules.SetItem(r.Name, book.Rules[r.Name] with { Sources = others })),
        RulebookEvent.RuleRemoved r => new(book.Rules.Remove(r.Name)),
        _ => throw new UnreachableException(e.GetType().Name),
    };

    /// <summary>From what a source said to what it says now. What another one says too stays in force when the first no longer does.</summary>
    private Effect<RulebookEvent> Change(RulebookState book, string source, ImmutableArray<SensorRule> now, Stamp at)
    {
        RulebookEvent[] changes =
        [
            .. book.Rules.Where(r => r.Value.Sources.Contains(source) && now.All(rule => rule.Name != r.Key)).Select(r => new RulebookEvent.RuleRemoved(r.Key, source, at)),
            .. now.Where(rule => !SourcesOf(book, rule.Name).Contains(source) || rule != book.Rules[rule.Name].Rule).Select(rule => new RulebookEvent.RuleSet(rule, source, at)),
        ];
        var after = changes.Aggregate(book, Apply);
        return changes.Length == 0 ? Reply(Standing(book)) : Persist(changes).ThenReply(Standing(after)).ThenPublish(new RulesChanged(after.InForce));
    }

    private static ImmutableSortedSet<string> SourcesOf(RulebookState book, string rule) => book.Rules.GetValueOrDefault(rule)?.Sources ?? ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
    private static RulebookAnswer.Standing Standing(RulebookState book) => new(book.InForce);
}
