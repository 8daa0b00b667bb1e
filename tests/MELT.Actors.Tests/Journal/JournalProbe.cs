using System.Data.Common;

namespace MELT.Actors.Tests.Journal;

/// <summary>Looks at a journal's tables from outside, and changes them in ways MELT itself never would.</summary>
internal static class JournalProbe
{
    /// <summary>Tags as they lie beside the events: number and tag.</summary>
    public static async Task<IReadOnlyList<(long Number, string Tag)>> TagsAsync(Func<Task<DbConnection>> connect, string persistenceId)
    {
        await using var connection = await connect();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            select t.sequence_nr, t.tag from tags t join journal j
            on j.ordering = t.ordering_id and j.sequence_number = t.sequence_nr and j.persistence_id = t.persistence_id where t.persistence_id = @id
            """;
        var id = command.CreateParameter();
        (id.ParameterName, id.Value) = ("@id", persistenceId);
        command.Parameters.Add(id);
        await using var rows = await command.ExecuteReaderAsync();
        var tags = new List<(long, string)>();
        while (await rows.ReadAsync())
            tags.Add((rows.GetInt64(0), rows.GetString(1)));
        return tags;
    }

    /// <summary>Changes one row.</summary>
    public static async Task TamperAsync(Func<Task<DbConnection>> connect, string sql)
    {
        await using var connection = await connect();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }
}
