using MELT.Actors.Journal;

namespace MELT.Host;

/// <summary>
/// A journal that gives up: when nothing could be stored for a while, because the disk is full or gone or the server stays away, or when
/// another runtime took it, whoever waits for something to be stored would wait for ever. What was acknowledged before is stored; the rest
/// stays with its senders.
/// </summary>
/// <param name="unattended">Nobody waits: it never gives up, and what could not be stored is stored when it can be again.</param>
internal sealed class WatchedJournal(IJournal journal, JournalLocation location, Task taken, TimeProvider time, bool unattended = false) : IJournal
{
    /// <summary>A full disk stays full; a server that is started again is back within a minute.</summary>
    private readonly TimeSpan _patience = location.IsFile ? TimeSpan.FromSeconds(5) : TimeSpan.FromSeconds(90);
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private long? _failingSince;

    /// <summary>Awaits work that stores things; throws <see cref="JournalUnavailableException"/> once nothing can be stored any more, <see cref="RuntimeLockException"/> when another runtime has the journal.</summary>
    public async Task UnlessLostAsync(Task work) => await await Task.WhenAny(work, _lost.Task, taken);

    public async Task AppendAsync(JournalAppend append, CancellationToken stop)
    {
        try
        {
            await journal.AppendAsync(append, stop);
            lock (_gate) _failingSince = null;
        }
        catch (JournalUnavailableException e)
        {
            Failed(e);
            throw;
        }
    }

    public IAsyncEnumerable<JournalEvent> ReadAsync(string persistenceId, long from, CancellationToken stop) => journal.ReadAsync(persistenceId, from, stop);
    public Task<long> HighestAsync(string persistenceId, CancellationToken stop) => journal.HighestAsync(persistenceId, stop);
    public IAsyncEnumerable<string> PersistenceIdsAsync(string prefix, CancellationToken stop) => journal.PersistenceIdsAsync(prefix, stop);
    public ValueTask DisposeAsync() => journal.DisposeAsync();

    private void Failed(JournalUnavailableException e)
    {
        lock (_gate)
        {
            _failingSince ??= time.GetTimestamp();
            if (unattended || time.GetElapsedTime(_failingSince.Value) < _patience) return;
        }
        _lost.TrySetException(new JournalUnavailableException(
            $"The recording stopped, because for {_patience.TotalSeconds:0} s nothing could be stored in {location}: {(e.InnerException ?? e).Message} What was stored before is safe. {(location.IsFile ? "Make room" : "See to the server")}, then run MELT again with this {(location.IsFile ? "data folder" : "journal")}: it seals what was cut off.", e));
    }
}
