using System.Diagnostics;
using MELT.Actors.Behaviors;
using MELT.Actors.Journal;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>There is one in the whole laboratory; it counts how often it was rung, and everybody may hear it.</summary>
public sealed class Bell : EventSourcedBehavior<BellCommand, BellEvent, BellState>
{
    private int _lives;

    /// <summary>Incarnations begun so far by whoever hosts this instance.</summary>
    public int Lives => Volatile.Read(ref _lives);

    public override string Kind => "bell";
    public override bool IsSingleton => true;

    public override BellState Empty(string id)
    {
        Interlocked.Increment(ref _lives);
        return new(0);
    }

    public override Effect<BellEvent> Handle(BellState bell, BellCommand command) => command switch
    {
        BellCommand.Ring => Persist(new BellEvent.Rung(bell.Times + 1)).ThenPublish(new BellEvent.Rung(bell.Times + 1)).ThenReply(new Answer.Done(bell.Times + 1)),
        _ => throw new UnreachableException(),
    };

    public override BellState Apply(BellState bell, BellEvent e) => e switch
    {
        BellEvent.Rung r => new(r.Time),
        _ => throw new UnreachableException(),
    };

    public static IEnumerable<EventFormat> Formats => [EventFormat.Json<BellEvent.Rung>("bell.rung.v1")];
    public static IEnumerable<EventFormat> MessageFormats => [EventFormat.Json<BellCommand.Ring>("bell-command.ring.v1")];
}

public abstract record BellCommand
{
    public sealed record Ring : BellCommand;
}

public abstract record BellEvent
{
    public sealed record Rung(int Time) : BellEvent;
}

public sealed record BellState(int Times);
