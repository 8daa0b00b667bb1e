namespace MELT.Actors.Behaviors;

/// <summary>
/// What an actor decides, apart from where it runs: a pure command handler that returns an effect, and a pure and total event handler.
/// Every runtime hosts any behaviour unchanged.
/// </summary>
public abstract class EventSourcedBehavior<TCommand, TEvent, TState> : IBehavior
    where TCommand : class where TEvent : class where TState : class
{
    /// <summary>First part of the persistence id <c>kind:id</c>.</summary>
    public abstract string Kind { get; }

    public abstract TState Empty(string id);

    /// <summary>Decides. No clock, no I/O, no runtime; a refusal is an answer.</summary>
    public abstract Effect<TEvent> Handle(TState state, TCommand command);

    /// <summary>Applies a fact. Never refuses, never guesses.</summary>
    public abstract TState Apply(TState state, TEvent e);

    /// <summary>Runs after every recovery: re-issues work and timers that died with the last incarnation, or gives them up.</summary>
    public virtual Effect<TEvent> Recovered(TState state) => None;

    /// <summary>Tags of an event, a function of the event alone.</summary>
    public virtual IEnumerable<string> Tags(TEvent e) => [];

    /// <summary>True: comes back by itself after a crash of its process, without a message.</summary>
    public virtual bool ReturnsByItself => false;

    /// <summary>True: there is one in the whole laboratory, whose id is its kind's name.</summary>
    public virtual bool IsSingleton => false;

    /// <summary>False: a running entity is not moved to another node for the sake of balance, since moving would interrupt its work.</summary>
    public virtual bool Moves => true;

    /// <summary>True while work or timers are open: such an entity is not idle and is not passivated.</summary>
    public virtual bool IsBusy(TState state) => false;

    protected static Effect<TEvent> None => new([], []);
    protected static Effect<TEvent> Persist(params ReadOnlySpan<TEvent> events) => new([.. events], []);
    protected static Effect<TEvent> Reply(object answer) => new([], [new Step.Reply(answer)]);
}

/// <summary>Any behaviour, its types aside.</summary>
public interface IBehavior
{
    string Kind { get; }
    bool ReturnsByItself { get; }
}

/// <summary>Does the I/O that behaviours ask for. Failure and cancellation come back as commands too; a thrown task is a lost session.</summary>
public interface IPerformer
{
    Task<object> Perform(object work, CancellationToken stop);
}

/// <summary>"Unknown, ask again", never "not stored".</summary>
public sealed record Failed(string Reason);
