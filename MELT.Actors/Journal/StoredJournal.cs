using System.Runtime.CompilerServices;

namespace MELT.Actors.Journal;

/// <summary>
/// What journals in tables do alike, whatever the database: appends checked and committed in groups, streams read page by page without a hole,
/// rows copied as they are. A slow reader holds no snapshot.
/// </summary>
public abstract class StoredJournal : IJournal
{
    private readonly EventSerializer _serializer;
    private readonly GroupCommit? _writer;
    private readonly IRowReader _reader;

    private protected StoredJournal(string name, EventSerializer serializer, GroupCommit? writer, IRowReader reader) =>
        (Name, _serializer, _writer, _reader) = (name, serializer, writer, reader);

    /// <summary>Where it lies, without secrets.</summary>
    public string Name { get; }

    /// <summary>What was appended since opening, in how many commits.</summary>
    public JournalStatistics Statistics => _writer?.Statistics ?? default;

    private protected bool Writes => _writer is not null;

    public Task AppendAsync(JournalAppend append, CancellationToken stop)
    {
        AppendRules.Check(append);
        return append.Events.IsEmpty
            ? Task.CompletedTask
            : Writer($"nothing of {append.PersistenceId} was stored").AppendAsync(new(append, [.. append.Events.Select(_serializer.Write)]), stop);
    }

    public async IAsyncEnumerable<JournalEvent> ReadAsync(string persistenceId, long from, [EnumeratorCancellation] CancellationToken stop)
    {
        var next = from;
        await foreach (var row in RowsAsync(persistenceId, from, stop))
        {
            if (row.Number != next)
                throw new JournalRefusedException($"{persistenceId} has a hole: event {row.Number} follows {next - 1}.");
            yield return new(persistenceId, row.Number, row.Event(_serializer), row.Created);
            next++;
        }
    }

    public Task<long> HighestAsync(string persistenceId, CancellationToken stop) => _reader.HighestAsync(persistenceId, stop);

    public async IAsyncEnumerable<string> PersistenceIdsAsync(string prefix, [EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var id in await _reader.IdsAsync(prefix, stop))
            yield return id;
    }

    /// <summary>Rows of one entity from a number on, as they lie, whatever may be wrong with them.</summary>
    public async IAsyncEnumerable<JournalRow> RowsAsync(string persistenceId, long from, [EnumeratorCancellation] CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        for (var page = await _reader.PageAsync(persistenceId, from, stop); page.Count > 0; page = await _reader.PageAsync(persistenceId, page[^1].Number + 1, stop))
            foreach (var row in page)
            {
                stop.ThrowIfCancellationRequested();
                yield return row;
            }
    }

    /// <summary>All rows, entity by entity, those of others too.</summary>
    public async IAsyncEnumerable<JournalRow> AllRowsAsync([EnumeratorCancellation] CancellationToken stop)
    {
        for (var page = await _reader.AllAsync("", 0, stop); page.Count > 0; page = await _reader.AllAsync(page[^1].PersistenceId, page[^1].Number, stop))
            foreach (var row in page)
            {
                stop.ThrowIfCancellationRequested();
                yield return row;
            }
    }

    /// <summary>What is wrong with the tables or the file themselves, in the words of the store.</summary>
    public async Task<IReadOnlyList<string>> FaultsAsync(CancellationToken stop) => await _reader.FaultsAsync(stop);

    /// <summary>Stores rows of another journal as they are, behind what is here: all, or with <see cref="JournalConflictException"/> none.</summary>
    public Task CopyAsync(IAsyncEnumerable<JournalRow> rows, CancellationToken stop) => Writer("nothing was stored").CopyAsync(rows, stop);

    /// <summary>Writes what waits, then closes.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (_writer is not null)
            await _writer.DisposeAsync();
        await _reader.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected GroupCommit Writer(string consequence) =>
        _writer ?? throw new JournalUnavailableException($"The journal {Name} is open for reading only; {consequence}.");
}
