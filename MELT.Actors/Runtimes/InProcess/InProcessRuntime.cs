using System.Collections.Concurrent;
using System.Globalization;
using MELT.Actors.Behaviors;
using MELT.Actors.Journal;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Runtimes.InProcess;

/// <summary>Runs every entity in this process, on a journal that belongs to the caller and is closed after the runtime.</summary>
public sealed class InProcessRuntime : IActorRuntime
{
    private readonly ConcurrentDictionary<string, Kind> _kinds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<IAddress>> _addresses = new(StringComparer.Ordinal);
    private readonly Surroundings _around;
    private volatile bool _stopping;

    private sealed record Kind(bool ReturnsByItself, Func<string, IAddress> Open);

    public InProcessRuntime(IJournal journal, ILogger<InProcessRuntime> log, InProcessOptions? options = null) =>
        _around = new(journal, options ?? new(), log) { Send = Send, Ended = address => Remove(address.Key, address) };

    /// <summary>Entities with an address right now, passivated ones included until they have been idle.</summary>
    public int Addresses => _addresses.Count;

    /// <summary>Completes when no message is under way; timers and work may still bring some.</summary>
    public Task QuietAsync() => _around.Mail.WhenQuiet();

    public void Host<TCommand, TEvent, TState>(EventSourcedBehavior<TCommand, TEvent, TState> behavior, IPerformer performer)
        where TCommand : class where TEvent : class where TState : class
    {
        if (behavior.Kind.AsSpan().ContainsAny(':', '/') || behavior.Kind.Length == 0)
            throw new ArgumentException($"'{behavior.Kind}' is no kind: it begins the persistence id kind:id.", nameof(behavior));
        if (!_kinds.TryAdd(behavior.Kind, new(behavior.ReturnsByItself, id => new Address<TCommand, TEvent, TState>(id, behavior, performer, _around))))
            throw new ArgumentException($"The kind '{behavior.Kind}' is hosted already.", nameof(behavior));
    }

    public async Task StartAsync(CancellationToken stop)
    {
        foreach (var (kind, _) in _kinds.Where(k => k.Value.ReturnsByItself))
            await Parallel.ForEachAsync(
                _around.Journal.PersistenceIdsAsync($"{kind}:", stop),
                new ParallelOptions { MaxDegreeOfParallelism = _around.Options.RecoverTogether, CancellationToken = stop },
                async (key, cancelled) =>
                {
                    var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    Post(kind, key[(kind.Length + 1)..], new Mail.Wake(done));
                    await done.Task.WaitAsync(cancelled);
                });
    }

    public void Tell(string kind, string id, object command)
    {
        Known(kind);
        if (!_stopping)
            Send(kind, id, command);
    }

    public async Task<object> Ask(string kind, string id, object command, TimeSpan timeout)
    {
        Known(kind);
        if (_stopping)
            return new Failed("The runtime is stopping.");
        var asker = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(kind, id, new Mail.Command(command, asker));
        try
        {
            return await asker.Task.WaitAsync(timeout, _around.Time);
        }
        catch (TimeoutException)
        {
            asker.TrySetCanceled(CancellationToken.None);
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{kind}:{id} did not answer {command.GetType().Name} within {timeout.TotalSeconds} s; whether it was stored is unknown."));
        }
    }

    public IDisposable Subscribe<T>(Action<T> handler) where T : class => _around.Subscriptions.Add(handler);

    /// <summary>Takes no more from outside, lets what is under way end, cancels work, and returns when all of it has ended or its time is up.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        if (!await EndsAsync(_around.Mail.WhenQuiet()))
            _around.Log.LogWarning("Stopping with messages unread: they took longer than {Seconds} s", _around.Options.Drain.TotalSeconds);
        await _around.Stopped.CancelAsync();
        var open = _addresses.Values.Select(a => a.Value).ToArray();
        foreach (var address in open)
            address.Mailbox.Close();
        if (!await EndsAsync(Task.WhenAll([.. open.Select(a => a.Ended), _around.Work.WhenQuiet()])))
            _around.Log.LogWarning("Stopping with work that does not end when cancelled");
    }

    private async Task<bool> EndsAsync(Task task)
    {
        try
        {
            await task.WaitAsync(_around.Options.Drain, _around.Time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Send(string kind, string id, object command) => _around.Options.Port.Carry(command, () =>
    {
        if (_kinds.ContainsKey(kind))
            Post(kind, id, new Mail.Command(command, null));
        else
            _around.Log.LogError("{Command} was sent to {Entity}, a kind that is not hosted here", command.GetType().Name, $"{kind}:{id}");
    });

    /// <summary>An address that closed between finding and posting is replaced: its last mail was taken before it closed, so order is kept.</summary>
    private void Post(string kind, string id, Mail mail)
    {
        var key = $"{kind}:{id}";
        while (!_around.Stopped.IsCancellationRequested)
        {
            // Lazy: two first messages at once must not start two loops.
            var address = _addresses.GetOrAdd(key, static (_, open) => new Lazy<IAddress>(() => open.Kind.Open(open.Id)), (Kind: _kinds[kind], Id: id)).Value;
            var posted = address.Mailbox.Post(mail);
            if (_around.Stopped.IsCancellationRequested)
                address.Mailbox.Close();
            if (posted)
                return;
            Remove(key, address);
        }
        (mail as Mail.Command)?.Asker?.TrySetResult(new Failed("The runtime is stopping."));
        (mail as Mail.Wake)?.Done.TrySetCanceled();
    }

    private void Remove(string key, IAddress address)
    {
        if (_addresses.TryGetValue(key, out var open) && open.IsValueCreated && ReferenceEquals(open.Value, address))
            _addresses.TryRemove(new(key, open));
    }

    private void Known(string kind)
    {
        if (!_kinds.ContainsKey(kind))
            throw new ArgumentException($"No behaviour of kind '{kind}' is hosted.", nameof(kind));
    }
}
