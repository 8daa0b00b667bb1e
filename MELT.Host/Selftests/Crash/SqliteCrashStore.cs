using System.Collections.Immutable;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;

namespace MELT.Host.Selftests.Crash;

/// <summary>A data folder with nothing in it yet.</summary>
internal sealed class SqliteCrashStore(string folder) : ICrashStore
{
    public string Location => folder;

    public async Task<IJournal> OpenAsync(CancellationToken stop) => await SqliteJournal.OpenReadOnlyAsync(DataFolder.JournalIn(folder), MeltEvents.Serializer, stop);

    public Task<ImmutableArray<JournalFinding>> CheckAsync(CancellationToken stop) => JournalCheck.RunAsync(DataFolder.JournalIn(folder), MeltEvents.Serializer, stop);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
