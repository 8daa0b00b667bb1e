using Microsoft.Data.Sqlite;

namespace MELT.Actors.Journal.Sqlite;

/// <summary>The one connection that writes, with its statements prepared. After an error other than a refusal it is thrown away and opened anew.</summary>
internal sealed class CommitConnection : IDisposable
{
    private const int Constraint = 19;
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin, _commit, _rollback, _insert, _insertTag, _exists;
    private readonly TimeProvider _time;

    public CommitConnection(SqliteFile file, TimeProvider time)
    {
        _time = time;
        _connection = file.ForWriting();
        _begin = _connection.Prepared("begin immediate");
        _commit = _connection.Prepared("commit");
        _rollback = _connection.Prepared("rollback");
        _insert = _connection.Prepared(JournalSchema.Insert, "$created", "$id", "$number", "$message", "$manifest", "$identifier", "$writer");
        _insertTag = _connection.Prepared(JournalSchema.InsertTag, "$ordering", "$tag", "$number", "$id");
        _exists = _connection.Prepared(JournalSchema.Exists, "$id", "$number");
    }

    /// <summary>Creates what is missing of the layout, under the write lock, so that processes starting at once do not race.</summary>
    public void CreateLayout()
    {
        _begin.ExecuteNonQuery();
        _connection.Run(JournalSchema.Ddl);
        _commit.ExecuteNonQuery();
    }

    /// <summary>Commits all of them or, with <see cref="JournalConflictException"/>, none.</summary>
    public void Commit(IReadOnlyList<PendingAppend> appends)
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
    }

    public void Dispose() => _connection.Dispose();

    private void Insert(PendingAppend pending)
    {
        var append = pending.Append;
        if (append.After > 0 && _exists.With(append.PersistenceId, append.After).Number() == 0)
            throw new JournalConflictException($"{append.PersistenceId} has no event {append.After}, so {append.After + 1} would leave a hole.");

        var created = _time.GetUtcNow().UtcTicks;
        for (var i = 0; i < pending.Events.Length; i++)
        {
            var (number, e) = (append.After + 1 + i, pending.Events[i]);
            try
            {
                _insert.With(created, append.PersistenceId, number, e.Bytes, e.Manifest, EventSerializer.Identifier, append.Writer).ExecuteNonQuery();
            }
            catch (SqliteException taken) when (taken.SqliteErrorCode == Constraint)
            {
                throw new JournalConflictException($"Event {number} of {append.PersistenceId} is taken: another incarnation wrote it.", taken);
            }
            if (append.Tags.IsDefaultOrEmpty || append.Tags[i].IsDefaultOrEmpty)
                continue;
            var ordering = SQLitePCL.raw.sqlite3_last_insert_rowid(_connection.Handle);
            foreach (var tag in append.Tags[i].Distinct(StringComparer.Ordinal))
                _insertTag.With(ordering, tag, number, append.PersistenceId).ExecuteNonQuery();
        }
    }
}
