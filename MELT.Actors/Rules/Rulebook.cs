using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using MELT.Actors.Behaviors;
using MELT.Actors.Journal;
using MELT.Devices.Time;
using MELT.Sensors.Topics;

namespace MELT.Actors.Rules;

/// <summary>The rules in force, by name.</summary>
public sealed record RulebookState(ImmutableSortedDictionary<string, SensorRule> Rules);

/// <summary>
/// The one actor that knows how foreign messages become readings. Operators write rules into <c>sensors.conf</c>, and devices announce some on their discovery topics;
/// what that changes is kept as events, so that a recording tells by which rule its readings were understood, and since when.
/// </summary>
public sealed class Rulebook : EventSourcedBehavior<RulebookCommand, RulebookEvent, RulebookState>
{
    public const string KindName = "rulebook";
    /// <summary>There is one for the laboratory.</summary>
    public const string Id = "sensors";
    private const int MostAnnounced = 2000;

    public override string Kind => KindName;
    public override bool IsSingleton => true;
    public override RulebookState Empty(string id) => new(ImmutableSortedDictionary.Create<string, SensorRule>(StringComparer.Ordinal));

    public override Effect<RulebookEvent> Handle(RulebookState book, RulebookCommand command) => command switch
    {
        RulebookCommand.Adopt c => Change(book, Written(book), c.Rules, c.At),
        RulebookCommand.Announce c when c.Rules.FirstOrDefault(r => r.AnnouncedOn != c.Topic) is { } foreign => Reply(new RulebookAnswer.Refused($"{foreign.Name} is announced on {foreign.AnnouncedOn ?? "no topic"}, not on {c.Topic}")),
        RulebookCommand.Announce c when book.Rules.Values.Count(r => r.AnnouncedOn is { } topic && topic != c.Topic) + c.Rules.Length > MostAnnounced => Reply(new RulebookAnswer.Refused($"{MostAnnounced} sensors have been announced; no further one is taken")),
        RulebookCommand.Announce c => Change(book, AnnouncedOn(book, c.Topic), c.Rules, c.At),
        RulebookCommand.Inspect => Reply(Standing(book)),
        _ => throw new UnreachableException(command.GetType().Name),
    };

    public override RulebookState Apply(RulebookState book, RulebookEvent e) => e switch
    {
        RulebookEvent.RuleSet s => new(book.Rules.SetItem(s.Rule.Name, s.Rule)),
        RulebookEvent.RuleRemoved r => new(book.Rules.Remove(r.Name)),
        _ => throw new UnreachableException(e.GetType().Name),
    };

    /// <summary>From what there was of one origin to what there is now.</summary>
    private Effect<RulebookEvent> Change(RulebookState book, IEnumerable<SensorRule> before, ImmutableArray<SensorRule> now, Stamp at)
    {
        RulebookEvent[] changes =
        [
            .. before.Where(rule => now.All(r => r.Name != rule.Name)).Select(rule => new RulebookEvent.RuleRemoved(rule.Name, at)),
            .. now.Where(rule => !Same(rule, book.Rules.GetValueOrDefault(rule.Name))).Select(rule => new RulebookEvent.RuleSet(rule, at)),
        ];
        var after = changes.Aggregate(book, Apply);
        return changes.Length == 0 ? Reply(Standing(book)) : Persist(changes).ThenReply(Standing(after)).ThenPublish(new RulesChanged([.. after.Rules.Values]));
    }

    private static IEnumerable<SensorRule> Written(RulebookState book) => book.Rules.Values.Where(r => r.AnnouncedOn is null);
    private static IEnumerable<SensorRule> AnnouncedOn(RulebookState book, string topic) => book.Rules.Values.Where(r => r.AnnouncedOn == topic);
    private static RulebookAnswer.Standing Standing(RulebookState book) => new([.. book.Rules.Values]);

    /// <summary>By content: records that hold lists do not compare by it.</summary>
    private static bool Same(SensorRule a, SensorRule? b) =>
        b is not null && JsonSerializer.SerializeToUtf8Bytes(a, EventJson.Options).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(b, EventJson.Options));
}
