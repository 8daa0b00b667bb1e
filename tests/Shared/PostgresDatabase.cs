using System.Collections.Immutable;
using Npgsql;

namespace MELT.Tests;

/// <summary>A database of the tests' server, as somebody who is not MELT sees it.</summary>
public sealed class PostgresDatabase(PostgresServer server, string name)
{
    public string Name { get; } = name;

    /// <summary>With its password.</summary>
    public string Url { get; } = server.Url(name);

    public string Password => new NpgsqlConnectionStringBuilder(server.ConnectionString(Name)).Password!;

    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(server.ConnectionString(Name));
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>How many rows it changed.</summary>
    public async Task<int> RunAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<ImmutableArray<ImmutableArray<object?>>> QueryAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        var all = ImmutableArray.CreateBuilder<ImmutableArray<object?>>();
        while (await rows.ReadAsync())
            all.Add([.. Enumerable.Range(0, rows.FieldCount).Select(i => rows.IsDBNull(i) ? null : rows.GetValue(i))]);
        return all.ToImmutable();
    }

    /// <summary>Ends every connection of others to it, as a network that goes away does.</summary>
    public Task CutAsync() => RunAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
}
