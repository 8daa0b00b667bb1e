using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MELT.Actors.Journal;

namespace MELT.Actors.Tests.Runtimes;

/// <summary>A real journal whose appends and reads a test can hold up or break.</summary>
public sealed class GatedJournal(IJournal journal) : IJournal
{
    public Func<JournalAppend, Task> BeforeAppend { get; set; } = _ => Task.CompletedTask;
    public Func<JournalAppend, Task> AfterAppend { get; set; } = _ => Task.CompletedTask;
    public Func<string, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    /// <summary>Appends seen, in order.</summary>
    public ConcurrentQueue<JournalAppend> Appends { get; } = [];

    public async Task AppendAsync(JournalAppend append, CancellationToken stop)
    {
        Appends.Enqueue(append);
        await BeforeAppend(append);
        await journal.AppendAsync(append, stop);
        await AfterAppend(append);
    }

    public async IAsyncEnumerable<JournalEvent> ReadAsync(string persistenceId, long from, [EnumeratorCancellation] CancellationToken stop)
    {
        await BeforeRead(persistenceId);
        await foreach (var e in journal.ReadAsync(persistenceId, from, stop))
            yield return e;
    }

    public Task<long> HighestAsync(string persistenceId, CancellationToken stop) => journal.HighestAsync(persistenceId, stop);
    public IAsyncEnumerable<string> PersistenceIdsAsync(string prefix, CancellationToken stop) => journal.PersistenceIdsAsync(prefix, stop);
    public ValueTask DisposeAsync() => journal.DisposeAsync();
}
