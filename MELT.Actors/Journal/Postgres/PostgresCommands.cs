using Npgsql;

namespace MELT.Actors.Journal.Postgres;

/// <summary>Short forms for statements run once.</summary>
internal static class PostgresCommands
{
    public static async Task RunAsync(this NpgsqlConnection connection, string sql, CancellationToken stop = default)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }

    public static async Task<bool> IsAsync(this NpgsqlConnection connection, string sql, CancellationToken stop = default)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(stop) is true;
    }

    public static async Task<string?> TextAsync(this NpgsqlConnection connection, string sql, CancellationToken stop = default)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(stop) as string;
    }
}
