using System.Collections.Immutable;

namespace MELT.Actors.Journal.Sqlite;

/// <summary>An append on its way to a commit: already bytes, so that an event that cannot be written disturbs nobody.</summary>
internal sealed class PendingAppend(JournalAppend append, ImmutableArray<SerializedEvent> events)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public JournalAppend Append { get; } = append;
    public ImmutableArray<SerializedEvent> Events { get; } = events;
    public int Bytes { get; } = events.Sum(e => e.Bytes.Length);
    public Task Done => _done.Task;

    public void Committed() => _done.TrySetResult();
    public void Refused(Exception why) => _done.TrySetException(why);
}
