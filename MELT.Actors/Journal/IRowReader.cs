namespace MELT.Actors.Journal;

/// <summary>Reads the tables of one journal beside its writer, in pages. Every failure of the store is a <see cref="JournalUnavailableException"/>.</summary>
internal interface IRowReader : IAsyncDisposable
{
    /// <summary>Rows of one entity from a number on, in order; not all at once. Empty: there are no more.</summary>
    Task<List<JournalRow>> PageAsync(string persistenceId, long from, CancellationToken stop);

    /// <summary>Rows of all entities behind a place, entity by entity in the order of the store, each in order of its numbers.</summary>
    Task<List<JournalRow>> AllAsync(string behindId, long behindNumber, CancellationToken stop);

    Task<long> HighestAsync(string persistenceId, CancellationToken stop);

    Task<List<string>> IdsAsync(string prefix, CancellationToken stop);

    /// <summary>What is wrong with the tables or the file themselves, in the words of the store.</summary>
    Task<List<string>> FaultsAsync(CancellationToken stop);
}
