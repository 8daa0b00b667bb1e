using Microsoft.Data.Sqlite;

namespace MELT.Actors.Journal.Sqlite;

/// <summary>A row as it lies in the table, and the reasons not to believe it.</summary>
internal readonly record struct JournalRow(long Number, bool Deleted, long Created, long? Identifier, string? Manifest, byte[] Message)
{
    /// <summary>Reads the columns of <see cref="JournalSchema.Page"/>.</summary>
    public static JournalRow Of(SqliteDataReader row, int first = 0) => new(
        row.GetInt64(first), row.GetBoolean(first + 1), row.GetInt64(first + 2),
        row.IsDBNull(first + 3) ? null : row.GetInt64(first + 3),
        row.IsDBNull(first + 4) ? null : row.GetString(first + 4),
        row.GetFieldValue<byte[]>(first + 5));

    public object Event(string persistenceId, EventSerializer serializer)
    {
        if (Deleted)
            throw new JournalRefusedException($"Event {Number} of {persistenceId} is marked deleted; MELT never deletes.");
        if (Identifier != EventSerializer.Identifier)
            throw new JournalRefusedException($"Event {Number} of {persistenceId} was written by serializer {Identifier?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null"}, which is not MELT's ({EventSerializer.Identifier}).");
        try
        {
            return serializer.Read(Manifest ?? "", Message);
        }
        catch (NotReadableException cause)
        {
            throw new JournalRefusedException($"Event {Number} of {persistenceId} cannot be read: {cause.Message}.", cause);
        }
    }
}
