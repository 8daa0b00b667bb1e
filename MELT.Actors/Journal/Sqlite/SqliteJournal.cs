using Microsoft.Data.Sqlite;

namespace MELT.Actors.Journal.Sqlite;

/// <summary>
/// The journal in one SQLite file, in the table layout of Akka.Persistence.Sql. Write-ahead log with synchronous=FULL: an append completes
/// after the fsync of its commit. Many appends share one commit (<see cref="GroupCommit"/>).
/// </summary>
public sealed class SqliteJournal : IJournal
{
    private readonly SqliteFile _file;
    private readonly EventSerializer _serializer;
    private readonly GroupCommit? _writer;
    private readonly JournalReader _reader;

    private SqliteJournal(SqliteFile file, EventSerializer serializer, GroupCommit? writer) =>
        (_file, _serializer, _writer, _reader) = (file, serializer, writer, new(file, serializer));

    public string Path => _file.Path;

    /// <summary>What was appended since opening, in how many commits.</summary>
    public JournalStatistics Statistics => _writer?.Statistics ?? default;

    /// <summary>Opens for writing, and creates what is missing. One process at a time: hold the <see cref="DataFolder"/> first.</summary>
    public static async Task<SqliteJournal> OpenAsync(string path, EventSerializer serializer, SqliteJournalOptions? options = null)
    {
        options ??= new();
        var file = new SqliteFile(path, options);
        try
        {
            return new(file, serializer, await Task.Run(() => new GroupCommit(file, options)));
        }
        catch (SqliteException cause)
        {
            throw new JournalUnavailableException($"The journal {file.Path} cannot be opened: {cause.Message} Check that the folder exists, that this user may write it, and that the file is a SQLite database.", cause);
        }
    }

    /// <summary>Opens for reading only: beside a process that writes, in a folder that cannot be written, or the file copied alone.</summary>
    public static async Task<SqliteJournal> OpenReadOnlyAsync(string path, EventSerializer serializer, CancellationToken stop = default)
    {
        var file = new SqliteFile(path, new());
        if (!File.Exists(file.Path))
            throw new JournalUnavailableException($"There is no journal at {file.Path}.");
        var journal = new SqliteJournal(file, serializer, null);
        await journal._reader.ProbeAsync(stop);
        return journal;
    }

    public Task AppendAsync(JournalAppend append, CancellationToken stop)
    {
        if (_writer is null)
            throw new JournalUnavailableException($"The journal {Path} is open for reading only; nothing of {append.PersistenceId} was stored.");
        Check(append);
        return append.Events.IsEmpty
            ? Task.CompletedTask
            : _writer.AppendAsync(new(append, [.. append.Events.Select(_serializer.Write)]), stop);
    }

    public IAsyncEnumerable<JournalEvent> ReadAsync(string persistenceId, long from, CancellationToken stop) => _reader.ReadAsync(persistenceId, from, stop);
    public Task<long> HighestAsync(string persistenceId, CancellationToken stop) => _reader.HighestAsync(persistenceId, stop);
    public IAsyncEnumerable<string> PersistenceIdsAsync(string prefix, CancellationToken stop) => _reader.PersistenceIdsAsync(prefix, stop);

    /// <summary>Folds the write-ahead log into the file, so that the file copied alone holds everything. False while a reader is in the way.</summary>
    public Task<bool> CheckpointAsync() => Task.Run(() =>
    {
        if (_writer is null)
            throw new JournalUnavailableException($"The journal {Path} is open for reading only.");
        using var connection = _file.ForWriting();
        return connection.Text("pragma wal_checkpoint(truncate)") == "0";
    });

    /// <summary>Writes what waits, folds the log into the file, closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_writer is not null)
            await _writer.DisposeAsync();
        _reader.Dispose();
        if (_writer is null)
            return;
        try
        {
            await CheckpointAsync();
        }
        catch (Exception e) when (e is SqliteException or JournalUnavailableException)
        {
            // Nothing is lost: the events are committed in the log beside the file, and the next opening folds them in.
        }
    }

    private static void Check(JournalAppend append)
    {
        if (append.PersistenceId is not { Length: > 0 and <= 255 } id || id[0] == '/')
            throw new ArgumentException($"'{append.PersistenceId}' is no persistence id: 1 to 255 characters, not beginning with a slash.", nameof(append));
        ArgumentOutOfRangeException.ThrowIfNegative(append.After);
        if (!append.Tags.IsDefaultOrEmpty && append.Tags.Length != append.Events.Length)
            throw new ArgumentException($"{append.Events.Length} events with {append.Tags.Length} sets of tags.", nameof(append));
        foreach (var tag in append.Tags.IsDefault ? [] : append.Tags.SelectMany(t => t.IsDefault ? [] : t))
            if (tag is not { Length: > 0 and <= 64 } || tag.Contains(';', StringComparison.Ordinal))
                throw new ArgumentException($"'{tag}' is no tag: 1 to 64 characters without a semicolon.", nameof(append));
    }
}
