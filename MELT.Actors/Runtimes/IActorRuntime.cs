using MELT.Actors.Behaviors;

namespace MELT.Actors.Runtimes;

/// <summary>Where behaviours run. The contract is one test suite that every runtime passes.</summary>
public interface IActorRuntime : IAsyncDisposable
{
    /// <summary>Hosts every entity of a behaviour's kind, its work done by <paramref name="performer"/>.</summary>
    void Host<TCommand, TEvent, TState>(EventSourcedBehavior<TCommand, TEvent, TState> behavior, IPerformer performer)
        where TCommand : class where TEvent : class where TState : class;

    /// <summary>Begins: brings back entities of kinds that return by themselves.</summary>
    Task StartAsync(CancellationToken stop);

    /// <summary>At most once, never waits.</summary>
    void Tell(string kind, string id, object command);

    /// <summary>Waits for a place at the edge and for the answer. <see cref="Failed"/> or a <see cref="TimeoutException"/> means unknown: ask again.</summary>
    Task<object> Ask(string kind, string id, object command, TimeSpan timeout);

    /// <summary>Facts of type <typeparamref name="T"/> published from now on; at most once. The handler must not block.</summary>
    IDisposable Subscribe<T>(Action<T> handler) where T : class;
}
