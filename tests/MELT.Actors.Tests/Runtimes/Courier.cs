using System.Collections.Immutable;
using System.Diagnostics;
using MELT.Actors.Behaviors;
using MELT.Actors.Journal;

namespace MELT.Actors.Tests.Runtimes;

/// <summary>Sends numbers to a notebook and repeats each until it is received: how a behaviour lives with sends that arrive at most once.</summary>
public sealed class Courier : EventSourcedBehavior<CourierCommand, CourierEvent, CourierState>
{
    public static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(1);

    public override string Kind => "courier";
    public override CourierState Empty(string id) => new(id, []);

    public override Effect<CourierEvent> Handle(CourierState courier, CourierCommand command) => command switch
    {
        CourierCommand.Carry c => Deliver(courier.Id, c.Number, Persist(new CourierEvent.Accepted(c.Number))).ThenReply(Answer.Stored),
        CourierCommand.Received r when !courier.Open.Contains(r.Number) => None,
        CourierCommand.Received r => Persist(new CourierEvent.Delivered(r.Number)),
        CourierCommand.Repeat => courier.Open.Aggregate(None, (effect, number) => Deliver(courier.Id, number, effect)),
        CourierCommand.Missing => Reply(new Answer.Done(courier.Open.Count)),
        _ => throw new UnreachableException(),
    };

    public override CourierState Apply(CourierState courier, CourierEvent e) => e switch
    {
        CourierEvent.Accepted a => courier with { Open = courier.Open.Add(a.Number) },
        CourierEvent.Delivered d => courier with { Open = courier.Open.Remove(d.Number) },
        _ => throw new UnreachableException(),
    };

    public override Effect<CourierEvent> Recovered(CourierState courier) => Handle(courier, new CourierCommand.Repeat());

    private static Effect<CourierEvent> Deliver(string me, long number, Effect<CourierEvent> effect) => effect
        .ThenSend("notebook", "target", new NotebookCommand.Record(number, "carried", Courier: me))
        .ThenAfter("repeat", RepeatAfter, new CourierCommand.Repeat());

    public static IEnumerable<EventFormat> Formats =>
    [
        EventFormat.Json<CourierEvent.Accepted>("courier.accepted.v1"),
        EventFormat.Json<CourierEvent.Delivered>("courier.delivered.v1"),
    ];

    public static IEnumerable<EventFormat> MessageFormats =>
    [
        EventFormat.Json<CourierCommand.Carry>("courier-command.carry.v1"),
        EventFormat.Json<CourierCommand.Received>("courier-command.received.v1"),
        EventFormat.Json<CourierCommand.Repeat>("courier-command.repeat.v1"),
        EventFormat.Json<CourierCommand.Missing>("courier-command.missing.v1"),
    ];
}

public abstract record CourierCommand
{
    public sealed record Carry(long Number) : CourierCommand;
    public sealed record Received(long Number) : CourierCommand;
    public sealed record Repeat : CourierCommand;
    public sealed record Missing : CourierCommand;
}

public abstract record CourierEvent
{
    public sealed record Accepted(long Number) : CourierEvent;
    public sealed record Delivered(long Number) : CourierEvent;
}

public sealed record CourierState(string Id, ImmutableSortedSet<long> Open);
