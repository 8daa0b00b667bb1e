using Microsoft.Data.Sqlite;

namespace MELT.Actors.Tests.Journal;

/// <summary>Looks at a journal file from outside, and changes it in ways MELT itself never would.</summary>
internal static class SqliteProbe
{
    /// <summary>Tags as they lie beside the events: number and tag.</summary>
    public static async Task<IReadOnlyList<(long Number, string Tag)>> TagsAsync(string file, string persistenceId)
    {
        await using var connection = await ConnectAsync(file);
        await using var command = connection.CreateCommand();
        command.CommandText = """
            select t.sequence_nr, t.tag from tags t join journal j
            on j.ordering = t.ordering_id and j.sequence_number = t.sequence_nr and j.persistence_id = t.persistence_id where t.persistence_id = $id
            """;
        command.Parameters.AddWithValue("$id", persistenceId);
        await using var rows = await command.ExecuteReaderAsync();
        var tags = new List<(long, string)>();
        while (await rows.ReadAsync())
            tags.Add((rows.GetInt64(0), rows.GetString(1)));
        return tags;
    }

    /// <summary>Changes one row.</summary>
    public static async Task TamperAsync(string file, string sql)
    {
        await using var connection = await ConnectAsync(file);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }

    private static async Task<SqliteConnection> ConnectAsync(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }
}
