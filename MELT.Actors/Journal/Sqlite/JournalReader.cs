using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;

namespace MELT.Actors.Journal.Sqlite;

/// <summary>
/// Reads beside the writer, on connections of its own. Streams are read in pages: a slow reader holds no snapshot,
/// and the write-ahead log can be folded in behind it.
/// </summary>
internal sealed class JournalReader(SqliteFile file, EventSerializer serializer) : IDisposable
{
    private const int Kept = 4, PageRows = 512, PageBytes = 4 << 20;
    private readonly ConcurrentBag<ReadConnection> _idle = [];
    private volatile bool _closed;

    public async IAsyncEnumerable<JournalEvent> ReadAsync(string persistenceId, long from, [EnumeratorCancellation] CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        var next = from;
        while (true)
        {
            var page = await OnConnectionAsync(c => Page(c, persistenceId, next), stop);
            foreach (var row in page)
            {
                stop.ThrowIfCancellationRequested();
                if (row.Number != next)
                    throw new JournalRefusedException($"{persistenceId} has a hole: event {row.Number} follows {next - 1}.");
                yield return new(persistenceId, row.Number, row.Event(persistenceId, serializer), row.Created);
                next++;
            }
            if (page.Count == 0)
                yield break;
        }
    }

    public Task<long> HighestAsync(string persistenceId, CancellationToken stop) =>
        OnConnectionAsync(c => c.Highest.With(persistenceId).Number(), stop);

    public async IAsyncEnumerable<string> PersistenceIdsAsync(string prefix, [EnumeratorCancellation] CancellationToken stop)
    {
        var ids = await OnConnectionAsync(c =>
        {
            var found = new List<string>();
            using var rows = c.Ids.With(prefix, EventSerializer.Identifier).ExecuteReader();
            while (rows.Read())
                found.Add(rows.GetString(0));
            return found;
        }, stop);
        foreach (var id in ids)
            yield return id;
    }

    /// <summary>Fails now, and not at the first read, when the file cannot be read.</summary>
    public Task ProbeAsync(CancellationToken stop) => OnConnectionAsync(c => c.Highest.With("").Number(), stop);

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var connection))
            connection.Dispose();
    }

    private static List<JournalRow> Page(ReadConnection connection, string persistenceId, long from)
    {
        var (page, bytes) = (new List<JournalRow>(), 0L);
        using var rows = connection.Page.With(persistenceId, from).ExecuteReader();
        while (page.Count < PageRows && bytes < PageBytes && rows.Read())
        {
            var row = JournalRow.Of(rows);
            page.Add(row);
            bytes += row.Message.Length;
        }
        return page;
    }

    private Task<T> OnConnectionAsync<T>(Func<ReadConnection, T> read, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_closed, this);
        ReadConnection? connection = null;
        try
        {
            if (!_idle.TryTake(out connection))
                connection = new(file.ForReading());
            var result = read(connection);
            if (_idle.Count < Kept)
                _idle.Add(connection);
            else
                connection.Dispose();
            if (_closed)
                Dispose();
            return Task.FromResult(result);
        }
        catch (Exception cause)
        {
            connection?.Dispose();
            if (cause is SqliteException)
                throw new JournalUnavailableException($"The journal {file.Path} could not be read: {cause.Message}", cause);
            throw;
        }
    }

    private sealed class ReadConnection(SqliteConnection connection) : IDisposable
    {
        public SqliteCommand Page { get; } = connection.Prepared(JournalSchema.Page, "$id", "$from");
        public SqliteCommand Highest { get; } = connection.Prepared(JournalSchema.Highest, "$id");
        public SqliteCommand Ids { get; } = connection.Prepared(JournalSchema.Ids, "$prefix", "$identifier");

        public void Dispose() => connection.Dispose();
    }
}
