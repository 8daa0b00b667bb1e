namespace MELT.Actors.Journal.Postgres;

/// <summary>How a PostgreSQL journal writes.</summary>
public sealed record PostgresJournalOptions : JournalOptions
{
    /// <summary>How long a commit may take before its outcome is called unknown.</summary>
    public TimeSpan CommitTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
