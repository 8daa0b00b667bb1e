using System.Collections.Immutable;
using System.Globalization;

namespace MELT.Actors.Journal;

/// <summary>Looks through a whole journal without changing it: the store's own structure, holes, unknown manifests, events that cannot be read.</summary>
public static class JournalCheck
{
    /// <summary>Everything found wrong, the store itself first, then by persistence id and number; empty when all is well.</summary>
    public static async Task<ImmutableArray<JournalFinding>> RunAsync(StoredJournal journal, EventSerializer serializer, CancellationToken stop = default)
    {
        try
        {
            var faults = (await journal.FaultsAsync(stop)).Select(text => new JournalFinding(JournalFinding.Structure, null, null, text));
            var rows = await RowsAsync(journal, serializer, stop);
            return [.. faults, .. rows.OrderBy(f => f.PersistenceId, StringComparer.Ordinal).ThenBy(f => f.SequenceNumber)];
        }
        catch (JournalUnavailableException cause)
        {
            return [new(JournalFinding.Unreadable, null, null, cause.Message)];
        }
    }

    private static async Task<List<JournalFinding>> RowsAsync(StoredJournal journal, EventSerializer serializer, CancellationToken stop)
    {
        var findings = new List<JournalFinding>();
        var (entity, previous, ours) = ("", 0L, false);
        await foreach (var row in journal.AllRowsAsync(stop))
        {
            if (row.PersistenceId != entity)
                (entity, previous, ours) = (row.PersistenceId, 0, row.IsMelts);
            if (!ours)
                continue;    // a coordinator's rows share the table and are not ours to judge

            if (row.Number != previous + 1)
                findings.Add(new(JournalFinding.Hole, entity, previous + 1, string.Create(CultureInfo.InvariantCulture, $"{entity} has a hole: event {row.Number} follows {previous}.")));
            previous = row.Number;
            try
            {
                row.Event(serializer);
            }
            catch (JournalRefusedException refused)
            {
                findings.Add(new(JournalFinding.Event, entity, row.Number, refused.Message));
            }
        }
        return findings;
    }
}

/// <summary>One thing wrong with a journal: which entity and number, where it has any, and what.</summary>
public sealed record JournalFinding(string Code, string? PersistenceId, long? SequenceNumber, string Text)
{
    public const string Unreadable = "unreadable", Structure = "structure", Hole = "hole", Event = "event";

    /// <summary>What to do about it, in one sentence.</summary>
    public string Remedy => Code switch
    {
        Unreadable => "Make it readable for this user, or start the server it lies on, and check again.",
        Structure => "Record nothing more here; save what can be read with melt export --format melt, and restore the rest from a backup.",
        Hole => "Restore the missing event from a backup or from the journal this was copied from; until then nothing of this entity is replayed behind the hole.",
        _ => "Where a newer version of MELT wrote it, read it with that version; otherwise restore this event from a backup.",
    };
}
