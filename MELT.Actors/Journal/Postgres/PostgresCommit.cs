using Npgsql;
using NpgsqlTypes;

namespace MELT.Actors.Journal.Postgres;

/// <summary>The connection that writes: one statement per group, prepared.</summary>
internal sealed class PostgresCommit : ICommitConnection
{
    /// <summary>Of a copy, in one statement; what is more goes into the next of the same transaction.</summary>
    private const int CopyRows = 512, CopyBytes = 8 << 20;

    private static readonly NpgsqlDbType[] Parameters =
    [
        NpgsqlDbType.Text, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Boolean, NpgsqlDbType.Bytea, NpgsqlDbType.Text, NpgsqlDbType.Integer, NpgsqlDbType.Text,
        NpgsqlDbType.Text, NpgsqlDbType.Bigint, NpgsqlDbType.Text, NpgsqlDbType.Bigint, NpgsqlDbType.Text,
    ];

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _append;
    private readonly TimeProvider _time;

    private PostgresCommit(NpgsqlConnection connection, NpgsqlCommand append, TimeProvider time) => (_connection, _append, _time) = (connection, append, time);

    /// <summary>The layout has to be there: see <see cref="CreateLayoutAsync"/>.</summary>
    public static async Task<PostgresCommit> OpenAsync(NpgsqlDataSource source, PostgresJournalOptions options)
    {
        var connection = await source.OpenConnectionAsync();
        try
        {
            // Committed means fsync returned, also where a database or role was set up to answer earlier.
            await connection.RunAsync("select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'");
            await CreateLayoutAsync(connection);
            var append = new NpgsqlCommand(PostgresLayout.Append, connection) { CommandTimeout = (int)Math.Ceiling(options.CommitTimeout.TotalSeconds) };
            foreach (var type in Parameters)
                append.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | type });
            await append.PrepareAsync();
            return new(connection, append, options.Time);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task CommitAsync(IReadOnlyList<PendingAppend> appends)
    {
        try
        {
            var created = _time.GetUtcNow().UtcTicks;
            await InsertAsync([.. appends.SelectMany(a => a.Rows(created))], Before(appends), default);
        }
        catch (PostgresException refused) when (refused is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: PostgresLayout.Fence })
        {
            throw new JournalConflictException($"Event {appends[0].After + 1} of {appends[0].PersistenceId}, or one of the {appends[0].Events - 1} with it, is taken: another incarnation wrote it.", refused);
        }
        catch (PostgresException undone) when (undone.SqlState.StartsWith("40", StringComparison.Ordinal))
        {
            throw new TakenBackException(undone);    // a deadlock between two groups
        }
    }

    public async Task CopyAsync(IAsyncEnumerable<JournalRow> rows, CancellationToken stop)
    {
        await using var transaction = await _connection.BeginTransactionAsync(stop);
        var (some, bytes) = (new List<JournalRow>(), 0L);
        try
        {
            await foreach (var row in rows.WithCancellation(stop))
            {
                some.Add(row);
                if (some.Count < CopyRows && (bytes += row.Message.Length) < CopyBytes)
                    continue;
                await InsertAsync(some, [], stop);
                some.Clear();
                bytes = 0;
            }
            await InsertAsync(some, [], stop);
            await transaction.CommitAsync(stop);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new JournalConflictException("While rows were copied another process stored one of the same numbers; nothing was stored.", taken);
        }
        catch (Exception cause) when (PostgresFailure.Is(cause))
        {
            throw new JournalUnavailableException($"The rows could not be copied: {cause.Message}", cause);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _append.DisposeAsync();
        await _connection.DisposeAsync();
    }

    /// <summary>Checked before it is created, so that a role that may only write rows can use what somebody else created.</summary>
    private static async Task CreateLayoutAsync(NpgsqlConnection connection)
    {
        if (!await connection.IsAsync(PostgresLayout.IsThere))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.RunAsync(PostgresLayout.Create);
            await transaction.CommitAsync();
        }
        if (!await connection.IsAsync(PostgresLayout.IsFenced))
            throw new JournalUnavailableException("The table journal has no unique constraint on (persistence_id, sequence_number), so two writers could store one number. Add it: alter table journal add constraint journal_uq unique (persistence_id, sequence_number).");
    }

    /// <summary>What has to be there already: not what an append before it in the same group brings.</summary>
    private static List<PendingAppend> Before(IReadOnlyList<PendingAppend> appends)
    {
        var (before, brought) = (new List<PendingAppend>(), new Dictionary<string, long>(StringComparer.Ordinal));
        foreach (var append in appends)
        {
            if (append.After > 0 && brought.GetValueOrDefault(append.PersistenceId) != append.After)
                before.Add(append);
            brought[append.PersistenceId] = append.After + append.Events;
        }
        return before;
    }

    private async Task InsertAsync(List<JournalRow> rows, List<PendingAppend> before, CancellationToken stop)
    {
        var tags = rows.SelectMany(r => r.Tags.Select(tag => (Row: r, Tag: tag))).ToArray();
        object[] values =
        [
            rows.ConvertAll(r => r.PersistenceId), rows.ConvertAll(r => r.Number), rows.ConvertAll(r => r.Created), rows.ConvertAll(r => r.Deleted),
            rows.ConvertAll(r => r.Message), rows.ConvertAll(r => r.Manifest), rows.ConvertAll(r => (int?)r.Identifier), rows.ConvertAll(r => r.Writer),
            before.ConvertAll(a => a.PersistenceId), before.ConvertAll(a => a.After),
            Array.ConvertAll(tags, t => t.Row.PersistenceId), Array.ConvertAll(tags, t => t.Row.Number), Array.ConvertAll(tags, t => t.Tag),
        ];
        for (var i = 0; i < values.Length; i++)
            _append.Parameters[i].Value = values[i];
        await using var holes = await _append.ExecuteReaderAsync(stop);
        if (await holes.ReadAsync(stop))
        {
            var (id, number) = (holes.GetString(0), holes.GetInt64(1));
            throw before.First(a => a.PersistenceId == id && a.After == number).Hole();
        }
    }
}
