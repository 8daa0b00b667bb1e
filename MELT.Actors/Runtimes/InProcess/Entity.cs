using MELT.Actors.Behaviors;

namespace MELT.Actors.Runtimes.InProcess;

/// <summary>Who an address stands for: a behaviour and an id, its mailbox, and what is around it.</summary>
internal sealed record Entity<TCommand, TEvent, TState>(
    string Id, EventSourcedBehavior<TCommand, TEvent, TState> Behavior, IPerformer Performer, Mailbox Mailbox, Surroundings Around)
    where TCommand : class where TEvent : class where TState : class
{
    public string Key { get; } = $"{Behavior.Kind}:{Id}";
}
