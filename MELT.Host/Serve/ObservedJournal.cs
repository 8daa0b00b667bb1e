using MELT.Actors.Journal;

namespace MELT.Host.Serve;

/// <summary>Any journal, its appends reported to <see cref="JournalHealth"/>.</summary>
internal sealed class ObservedJournal(IJournal journal, JournalHealth health) : IJournal
{
    public async Task AppendAsync(JournalAppend append, CancellationToken stop)
    {
        var begun = health.Begun();
        try
        {
            await journal.AppendAsync(append, stop);
        }
        catch (JournalUnavailableException e)
        {
            health.Failed(e);
            throw;
        }
        catch
        {
            health.Ended();
            throw;
        }
        health.Stored(begun, append.Events.Length);
    }

    public IAsyncEnumerable<JournalEvent> ReadAsync(string persistenceId, long from, CancellationToken stop) => journal.ReadAsync(persistenceId, from, stop);
    public Task<long> HighestAsync(string persistenceId, CancellationToken stop) => journal.HighestAsync(persistenceId, stop);
    public IAsyncEnumerable<string> PersistenceIdsAsync(string prefix, CancellationToken stop) => journal.PersistenceIdsAsync(prefix, stop);
    public ValueTask DisposeAsync() => journal.DisposeAsync();
}
