using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;

namespace MELT.Actors.Journal;

/// <summary>A row as it lies in the table, and the reasons not to believe it. <see cref="Created"/>: UTC .NET ticks of the write.</summary>
public sealed record JournalRow(string PersistenceId, long Number, long Created, byte[] Message)
{
    /// <summary>What <see cref="Of"/> reads; tags hold no semicolon, so one joins them.</summary>
    internal const string Columns = "persistence_id, sequence_number, created, message, deleted, manifest, identifier, writer_uuid";

    public bool Deleted { get; init; }
    public string? Manifest { get; init; }
    public long? Identifier { get; init; }
    public string? Writer { get; init; }
    public ImmutableArray<string> Tags { get; init; } = [];

    public bool IsMelts => Identifier == EventSerializer.Identifier;

    /// <summary>Reads <see cref="Columns"/> and, behind them, the tags.</summary>
    internal static JournalRow Of(DbDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3))
    {
        Deleted = row.GetBoolean(4),
        Manifest = row.IsDBNull(5) ? null : row.GetString(5),
        Identifier = row.IsDBNull(6) ? null : row.GetInt64(6),
        Writer = row.IsDBNull(7) ? null : row.GetString(7),
        Tags = row.IsDBNull(8) ? [] : [.. row.GetString(8).Split(';')],
    };

    /// <summary>The event, or <see cref="JournalRefusedException"/>.</summary>
    public object Event(EventSerializer serializer)
    {
        if (Deleted)
            throw new JournalRefusedException($"Event {Number} of {PersistenceId} is marked deleted; MELT never deletes.");
        if (!IsMelts)
            throw new JournalRefusedException($"Event {Number} of {PersistenceId} was written by serializer {Identifier?.ToString(CultureInfo.InvariantCulture) ?? "null"}, which is not MELT's ({EventSerializer.Identifier}).");
        try
        {
            return serializer.Read(Manifest ?? "", Message);
        }
        catch (NotReadableException cause)
        {
            throw new JournalRefusedException($"Event {Number} of {PersistenceId} cannot be read: {cause.Message}.", cause);
        }
    }

    /// <summary>The same to the last byte, as two stores may hold it.</summary>
    public bool IsSameAs(JournalRow other) =>
        this with { Message = other.Message, Tags = other.Tags } == other && Message.AsSpan().SequenceEqual(other.Message)
        && Tags.Order(StringComparer.Ordinal).SequenceEqual(other.Tags.Order(StringComparer.Ordinal));
}
