using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace MELT.Actors.Journal.Sqlite;

/// <summary>Looks through a whole journal without changing it: the file's own structure, holes, unknown manifests, events that cannot be read.</summary>
public static class JournalCheck
{
    private const string All = """
        select sequence_number, deleted, created, identifier, manifest, message, persistence_id from journal
        order by persistence_id, sequence_number
        """;

    /// <summary>Everything found wrong, in order of persistence id and number; empty when all is well.</summary>
    public static Task<ImmutableArray<JournalFinding>> RunAsync(string path, EventSerializer serializer, CancellationToken stop = default) =>
        Task.Run(() => Run(path, serializer, stop), stop);

    private static ImmutableArray<JournalFinding> Run(string path, EventSerializer serializer, CancellationToken stop)
    {
        var file = new SqliteFile(path, new());
        try
        {
            using var connection = file.ForReading();
            return [.. Structure(connection), .. Rows(connection, serializer, stop)];
        }
        catch (SqliteException cause)
        {
            return [new("unreadable", null, null, $"{file.Path} cannot be read: {cause.Message}")];
        }
    }

    private static List<JournalFinding> Structure(SqliteConnection connection)
    {
        using var check = connection.Prepared("pragma integrity_check");
        using var lines = check.ExecuteReader();
        var findings = new List<JournalFinding>();
        while (lines.Read())
            if (lines.GetString(0) is not "ok" and var line)
                findings.Add(new("structure", null, null, line));
        return findings;
    }

    private static List<JournalFinding> Rows(SqliteConnection connection, EventSerializer serializer, CancellationToken stop)
    {
        var findings = new List<JournalFinding>();
        var (entity, previous, ours) = ("", 0L, false);
        using var all = connection.Prepared(All);
        using var rows = all.ExecuteReader();
        while (rows.Read())
        {
            stop.ThrowIfCancellationRequested();
            var (row, id) = (JournalRow.Of(rows), rows.GetString(6));
            if (id != entity)
                (entity, previous, ours) = (id, 0, row.Identifier == EventSerializer.Identifier);
            if (!ours)
                continue;    // a coordinator's rows share the table and are not ours to judge

            if (row.Number != previous + 1)
                findings.Add(new("hole", id, previous + 1, string.Create(CultureInfo.InvariantCulture, $"{id} has a hole: event {row.Number} follows {previous}.")));
            previous = row.Number;
            try
            {
                row.Event(id, serializer);
            }
            catch (JournalRefusedException refused)
            {
                findings.Add(new("event", id, row.Number, refused.Message));
            }
        }
        return findings;
    }
}

/// <summary>One thing wrong with a journal. Codes: unreadable, structure, hole, event.</summary>
public sealed record JournalFinding(string Code, string? PersistenceId, long? SequenceNumber, string Text);
