using System.Collections.Immutable;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;

namespace MELT.Host.Selftests.Crash;

/// <summary>Where the nodes of a crash test keep their journal, and what is found there once they have ended.</summary>
internal interface ICrashStore : IAsyncDisposable
{
    /// <summary>How a node is told of it.</summary>
    string Location { get; }

    Task<IJournal> OpenAsync(CancellationToken stop);

    /// <summary>Holes, events that cannot be read, and a damaged file.</summary>
    Task<ImmutableArray<JournalFinding>> CheckAsync(CancellationToken stop);
}
