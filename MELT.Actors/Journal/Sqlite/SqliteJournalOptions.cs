namespace MELT.Actors.Journal.Sqlite;

/// <summary>How a SQLite journal writes.</summary>
public sealed record SqliteJournalOptions : JournalOptions
{
    /// <summary>Full: a commit has returned from fsync. Off exists for the test that shows the difference.</summary>
    public Synchronous Synchronous { get; init; } = Synchronous.Full;

    /// <summary>How long a write waits for another process's lock before its outcome is called unknown.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The file does not grow beyond this, as if the disk were full; null: as far as the disk allows.</summary>
    public long? LargestBytes { get; init; }
}

/// <summary>SQLite's <c>PRAGMA synchronous</c>.</summary>
public enum Synchronous { Off, Full }
