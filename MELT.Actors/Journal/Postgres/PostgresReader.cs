using Npgsql;

namespace MELT.Actors.Journal.Postgres;

/// <summary>Reads beside the writer, on connections of a pool.</summary>
internal sealed class PostgresReader(PostgresAddress address) : IRowReader
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(address.ConnectionString("reader", pooled: true));

    public Task<List<JournalRow>> PageAsync(string persistenceId, long from, CancellationToken stop) =>
        ListAsync(PostgresLayout.Page, JournalRow.Of, stop, persistenceId, from);

    public Task<List<JournalRow>> AllAsync(string behindId, long behindNumber, CancellationToken stop) =>
        ListAsync(PostgresLayout.All, JournalRow.Of, stop, behindId, behindNumber);

    public async Task<long> HighestAsync(string persistenceId, CancellationToken stop) =>
        (await ListAsync(PostgresLayout.Highest, row => row.GetInt64(0), stop, persistenceId))[0];

    public Task<List<string>> IdsAsync(string prefix, CancellationToken stop) =>
        ListAsync(PostgresLayout.Ids, row => row.GetString(0), stop, prefix, EventSerializer.Identifier);

    public async Task<List<string>> FaultsAsync(CancellationToken stop)
    {
        var faults = new List<string>();
        if (!(await ListAsync(PostgresLayout.IsFenced, row => row.GetBoolean(0), stop))[0])
            faults.Add("The table journal has no unique constraint on (persistence_id, sequence_number): two writers could store one number.");
        if ((await ListAsync("select current_setting('fsync')", row => row.GetString(0), stop))[0] == "off")
            faults.Add("The server runs with fsync = off: what it calls committed may be lost when its machine stops.");
        return faults;
    }

    /// <summary>Fails now, and not at the first read, when there is nothing to read.</summary>
    public async Task ProbeAsync(CancellationToken stop)
    {
        if (!(await ListAsync(PostgresLayout.IsThere, row => row.GetBoolean(0), stop))[0])
            throw new JournalUnavailableException($"There is no journal in {address} yet: nothing was recorded there.");
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken stop, params object[] values)
    {
        try
        {
            try
            {
                return await OnceAsync(sql, read, values, stop);
            }
            catch (NpgsqlException e) when (e is not PostgresException { SqlState: not PostgresErrorCodes.AdminShutdown })
            {
                // A pooled connection may be left of a server that has been started again since; a new one tells.
                _source.Clear();
                return await OnceAsync(sql, read, values, stop);
            }
        }
        catch (Exception cause) when (PostgresFailure.Is(cause))
        {
            throw new JournalUnavailableException($"The journal {address} could not be read: {cause.Message}", cause);
        }
    }

    private async Task<List<T>> OnceAsync<T>(string sql, Func<NpgsqlDataReader, T> read, object[] values, CancellationToken stop)
    {
        await using var connection = await _source.OpenConnectionAsync(stop);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var rows = await command.ExecuteReaderAsync(stop);
        var all = new List<T>();
        while (await rows.ReadAsync(stop))
            all.Add(read(rows));
        return all;
    }
}
