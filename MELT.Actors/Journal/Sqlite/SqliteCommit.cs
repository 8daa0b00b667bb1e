using Microsoft.Data.Sqlite;

namespace MELT.Actors.Journal.Sqlite;

/// <summary>The connection that writes, with its statements prepared.</summary>
internal sealed class SqliteCommit : ICommitConnection, IDisposable
{
    private const int Constraint = 19;
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin, _commit, _rollback, _insert, _insertTag, _exists;
    private readonly TimeProvider _time;

    public SqliteCommit(SqliteFile file, TimeProvider time)
    {
        _time = time;
        _connection = file.ForWriting();
        _begin = _connection.Prepared("begin immediate");
        _commit = _connection.Prepared("commit");
        _rollback = _connection.Prepared("rollback");
        _insert = _connection.Prepared(SqliteLayout.Insert, "$created", "$deleted", "$id", "$number", "$message", "$manifest", "$identifier", "$writer");
        _insertTag = _connection.Prepared(SqliteLayout.InsertTag, "$ordering", "$tag", "$number", "$id");
        _exists = _connection.Prepared(SqliteLayout.Exists, "$id", "$number");
    }

    /// <summary>Creates what is missing of the layout, under the write lock, so that processes starting at once do not race.</summary>
    public void CreateLayout()
    {
        _begin.ExecuteNonQuery();
        _connection.Run(SqliteLayout.Ddl);
        _commit.ExecuteNonQuery();
    }

    public Task CommitAsync(IReadOnlyList<PendingAppend> appends)
    {
        _begin.ExecuteNonQuery();
        try
        {
            foreach (var append in appends)
                Insert(append);
        }
        catch (JournalConflictException)
        {
            _rollback.ExecuteNonQuery();
            throw;
        }
        _commit.ExecuteNonQuery();
        return Task.CompletedTask;
    }

    /// <summary>What fails on the way is undone when the connection closes.</summary>
    public async Task CopyAsync(IAsyncEnumerable<JournalRow> rows, CancellationToken stop)
    {
        _begin.ExecuteNonQuery();
        await foreach (var row in rows.WithCancellation(stop))
            Insert(row);
        _commit.ExecuteNonQuery();
    }

    public void Dispose() => _connection.Dispose();

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private void Insert(PendingAppend append)
    {
        if (append.After > 0 && _exists.With(append.PersistenceId, append.After).Number() == 0)
            throw append.Hole();
        foreach (var row in append.Rows(_time.GetUtcNow().UtcTicks))
            Insert(row);
    }

    private void Insert(JournalRow row)
    {
        try
        {
            _insert.With(row.Created, row.Deleted, row.PersistenceId, row.Number, row.Message, row.Manifest, row.Identifier, row.Writer).ExecuteNonQuery();
        }
        catch (SqliteException taken) when (taken.SqliteErrorCode == Constraint)
        {
            throw new JournalConflictException($"Event {row.Number} of {row.PersistenceId} is taken: another incarnation wrote it.", taken);
        }
        if (row.Tags.IsEmpty)
            return;
        var ordering = SQLitePCL.raw.sqlite3_last_insert_rowid(_connection.Handle);
        foreach (var tag in row.Tags)
            _insertTag.With(ordering, tag, row.Number, row.PersistenceId).ExecuteNonQuery();
    }
}
