using Microsoft.Data.Sqlite;

namespace MELT.Actors.Journal.Sqlite;

/// <summary>
/// The journal in one SQLite file, in the table layout of Akka.Persistence.Sql. Write-ahead log with synchronous=FULL: an append completes
/// after the fsync of its commit. Many appends share one commit (<see cref="GroupCommit"/>).
/// </summary>
public sealed class SqliteJournal : StoredJournal
{
    private readonly SqliteFile _file;

    private SqliteJournal(SqliteFile file, EventSerializer serializer, GroupCommit? writer, SqliteReader reader)
        : base(file.Path, serializer, writer, reader) => _file = file;

    public string Path => _file.Path;

    /// <summary>Opens for writing, and creates what is missing. One process at a time: hold the <see cref="DataFolder"/> first.</summary>
    public static async Task<SqliteJournal> OpenAsync(string path, EventSerializer serializer, SqliteJournalOptions? options = null)
    {
        options ??= new();
        var file = new SqliteFile(path, options);
        try
        {
            var first = await Task.Run(() => First(file, options.Time));
            return new(file, serializer, new(file.Path, first, () => Task.FromResult<ICommitConnection>(new SqliteCommit(file, options.Time)), options), new(file));
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
        var reader = new SqliteReader(file);
        await reader.ProbeAsync(stop);
        return new(file, serializer, null, reader);
    }

    /// <summary>Folds the write-ahead log into the file, so that the file copied alone holds everything. False while a reader is in the way.</summary>
    public Task<bool> CheckpointAsync()
    {
        Writer("its log stays beside it");
        return Task.Run(() =>
        {
            using var connection = _file.ForWriting();
            return connection.Text("pragma wal_checkpoint(truncate)") == "0";
        });
    }

    /// <summary>Writes what waits, folds the log into the file, closes.</summary>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (!Writes)
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

    private static SqliteCommit First(SqliteFile file, TimeProvider time)
    {
        var connection = new SqliteCommit(file, time);
        try
        {
            connection.CreateLayout();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
