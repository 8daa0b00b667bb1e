namespace MELT.Actors.Journal.Sqlite;

/// <summary>How a SQLite journal writes.</summary>
public sealed record SqliteJournalOptions
{
    /// <summary>Full: a commit has returned from fsync. Off exists for the test that shows the difference.</summary>
    public Synchronous Synchronous { get; init; } = Synchronous.Full;

    /// <summary>How long a write waits for another process's lock before its outcome is called unknown.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Appends that may wait for the next commit; whoever comes then waits for room.</summary>
    public int Room { get; init; } = 4096;

    /// <summary>A commit closes at this many appends or bytes, or when nothing further waits.</summary>
    public int LargestCommitAppends { get; init; } = 1024;

    /// <inheritdoc cref="LargestCommitAppends"/>
    public int LargestCommitBytes { get; init; } = 8 << 20;

    /// <summary>The file does not grow beyond this, as if the disk were full; null: as far as the disk allows.</summary>
    public long? LargestBytes { get; init; }

    /// <summary>Stamps the moment of writing.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>SQLite's <c>PRAGMA synchronous</c>.</summary>
public enum Synchronous { Off, Full }
