using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace MELT.Actors.Journal.Sqlite;

/// <summary>Reads beside the writer, on connections of its own; between pages the write-ahead log can be folded in behind it.</summary>
internal sealed class SqliteReader(SqliteFile file) : IRowReader
{
    private const int Kept = 4, PageRows = 512, PageBytes = 4 << 20;
    private readonly ConcurrentBag<ReadConnection> _idle = [];
    private volatile bool _closed;

    public Task<List<JournalRow>> PageAsync(string persistenceId, long from, CancellationToken stop) =>
        OnConnectionAsync(c => Rows(c.Page.With(persistenceId, from)), stop);

    public Task<List<JournalRow>> AllAsync(string behindId, long behindNumber, CancellationToken stop) =>
        OnConnectionAsync(c => Rows(c.All.With(behindId, behindNumber)), stop);

    public Task<long> HighestAsync(string persistenceId, CancellationToken stop) =>
        OnConnectionAsync(c => c.Highest.With(persistenceId).Number(), stop);

    public Task<List<string>> IdsAsync(string prefix, CancellationToken stop) =>
        OnConnectionAsync(c => Texts(c.Ids.With(prefix, EventSerializer.Identifier)), stop);

    /// <summary>Looks at every page of the file, so it runs where nobody waits for it.</summary>
    public Task<List<string>> FaultsAsync(CancellationToken stop) =>
        Task.Run(() => OnConnectionAsync(c => Texts(c.Integrity).Where(line => line != "ok").ToList(), stop), stop);

    /// <summary>Fails now, and not at the first read, when the file cannot be read.</summary>
    public Task ProbeAsync(CancellationToken stop) => HighestAsync("", stop);

    public ValueTask DisposeAsync()
    {
        _closed = true;
        while (_idle.TryTake(out var connection))
            connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private static List<JournalRow> Rows(SqliteCommand command)
    {
        var (page, bytes) = (new List<JournalRow>(), 0L);
        using var rows = command.ExecuteReader();
        while (page.Count < PageRows && bytes < PageBytes && rows.Read())
        {
            var row = JournalRow.Of(rows);
            page.Add(row);
            bytes += row.Message.Length;
        }
        return page;
    }

    private static List<string> Texts(SqliteCommand command)
    {
        var found = new List<string>();
        using var rows = command.ExecuteReader();
        while (rows.Read())
            found.Add(rows.GetString(0));
        return found;
    }

    private async Task<T> OnConnectionAsync<T>(Func<ReadConnection, T> read, CancellationToken stop)
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
                await DisposeAsync();
            return result;
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
        public SqliteCommand Page { get; } = connection.Prepared(SqliteLayout.Page, "$id", "$from");
        public SqliteCommand All { get; } = connection.Prepared(SqliteLayout.All, "$id", "$number");
        public SqliteCommand Highest { get; } = connection.Prepared(SqliteLayout.Highest, "$id");
        public SqliteCommand Ids { get; } = connection.Prepared(SqliteLayout.Ids, "$prefix", "$identifier");
        public SqliteCommand Integrity { get; } = connection.Prepared("pragma integrity_check");

        public void Dispose() => connection.Dispose();
    }
}
