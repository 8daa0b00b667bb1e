using System.Collections.Immutable;

namespace MELT.Actors.Journal;

/// <summary>An append on its way to a commit: already bytes, so that an event that cannot be written disturbs nobody.</summary>
internal sealed class PendingAppend(JournalAppend append, ImmutableArray<SerializedEvent> events)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string PersistenceId => append.PersistenceId;
    public long After => append.After;
    public int Events => events.Length;
    public int Bytes { get; } = events.Sum(e => e.Bytes.Length);
    public Task Done => _done.Task;

    /// <summary>The rows to be stored, with one moment for all.</summary>
    public IEnumerable<JournalRow> Rows(long created) => events.Select((e, i) => new JournalRow(append.PersistenceId, append.After + 1 + i, created, e.Bytes)
    {
        Manifest = e.Manifest,
        Identifier = EventSerializer.Identifier,
        Writer = append.Writer,
        Tags = append.Tags.IsDefaultOrEmpty || append.Tags[i].IsDefaultOrEmpty ? [] : [.. append.Tags[i].Distinct(StringComparer.Ordinal)],
    });

    public void Committed() => _done.TrySetResult();
    public void Refused(Exception why) => _done.TrySetException(why);

    public JournalConflictException Hole() => new($"{PersistenceId} has no event {After}, so {After + 1} would leave a hole.");
}
