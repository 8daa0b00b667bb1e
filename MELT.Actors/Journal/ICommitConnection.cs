namespace MELT.Actors.Journal;

/// <summary>The one connection that writes. After an error other than a refusal it is thrown away and opened anew.</summary>
internal interface ICommitConnection : IAsyncDisposable
{
    /// <summary>
    /// Commits all of them or none: with <see cref="JournalConflictException"/> when a number is taken or would leave a hole, with
    /// <see cref="TakenBackException"/> when the store undid them for another reason that lies in one of them.
    /// </summary>
    Task CommitAsync(IReadOnlyList<PendingAppend> appends);

    /// <summary>Stores rows as they are, all or none.</summary>
    Task CopyAsync(IAsyncEnumerable<JournalRow> rows, CancellationToken stop);
}

/// <summary>Nothing of a group is stored, and repeated one by one its appends may well be.</summary>
internal sealed class TakenBackException(Exception cause) : Exception(cause.Message, cause);
