namespace MELT.Actors.Journal;

/// <summary>How a journal writes, wherever it lies.</summary>
public abstract record JournalOptions
{
    /// <summary>Appends that may wait for the next commit; whoever comes then waits for room.</summary>
    public int Room { get; init; } = 4096;

    /// <summary>A commit closes at this many appends or bytes, or when nothing further waits.</summary>
    public int LargestCommitAppends { get; init; } = 1024;

    /// <inheritdoc cref="LargestCommitAppends"/>
    public int LargestCommitBytes { get; init; } = 8 << 20;

    /// <summary>Stamps the moment of writing.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
