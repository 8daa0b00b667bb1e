using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Runtimes;

/// <summary>Who listens to published facts, by type. One listener's exception is its own.</summary>
internal sealed class Subscriptions(ILogger log)
{
    private ImmutableArray<Subscriber> _all = [];

    public IDisposable Add<T>(Action<T> handler) where T : class
    {
        var subscriber = new Subscriber(fact => { if (fact is T mine) handler(mine); }, this);
        ImmutableInterlocked.Update(ref _all, (all, one) => all.Add(one), subscriber);
        return subscriber;
    }

    public void Publish(object fact)
    {
        foreach (var subscriber in _all)
            try
            {
                subscriber.Handle(fact);
            }
            catch (Exception e)
            {
                log.LogError(e, "A listener to {Fact} failed; the others have heard it", fact.GetType().Name);
            }
    }

    private sealed class Subscriber(Action<object> handle, Subscriptions all) : IDisposable
    {
        public Action<object> Handle { get; } = handle;

        public void Dispose() => ImmutableInterlocked.Update(ref all._all, (now, one) => now.Remove(one), this);
    }
}
