using System.Collections.Immutable;

namespace MELT.Actors.Journal;

/// <summary>
/// Where events are kept: the table layout of Akka.Persistence.Sql, unique (persistence_id, sequence_number).
/// Committed means fsync returned.
/// </summary>
public interface IJournal : IAsyncDisposable
{
    /// <summary>
    /// Appends the events of one decision, all or none, numbered from <see cref="JournalAppend.After"/> + 1. Completes when committed.
    /// Throws <see cref="JournalConflictException"/> when a number is taken; the neighbours of a refused append in one commit are not affected.
    /// </summary>
    Task AppendAsync(JournalAppend append, CancellationToken stop);

    /// <summary>All events of one entity from <paramref name="from"/> on, in order, and throws <see cref="JournalRefusedException"/> on a hole or an unknown manifest.</summary>
    IAsyncEnumerable<JournalEvent> ReadAsync(string persistenceId, long from, CancellationToken stop);

    /// <summary>Highest number of an entity, 0 when it has none.</summary>
    Task<long> HighestAsync(string persistenceId, CancellationToken stop);

    /// <summary>Persistence ids of MELT's own entities that begin with <paramref name="prefix"/>, in order of their first event.</summary>
    IAsyncEnumerable<string> PersistenceIdsAsync(string prefix, CancellationToken stop);
}

/// <summary>One decision's events. <paramref name="Writer"/>: 32 hex digits, fresh for every incarnation.</summary>
public sealed record JournalAppend(string PersistenceId, long After, ImmutableArray<object> Events, ImmutableArray<ImmutableArray<string>> Tags, string Writer);

/// <summary>A stored event. <paramref name="Created"/>: UTC .NET ticks of the write.</summary>
public sealed record JournalEvent(string PersistenceId, long SequenceNumber, object Event, long Created);

/// <summary>The number is taken: another incarnation wrote it. Stop, recover, continue behind it.</summary>
public sealed class JournalConflictException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The journal cannot be trusted as read: a hole, an unknown manifest, a foreign serializer, a damaged block. Names where.</summary>
public sealed class JournalRefusedException(string message, Exception? inner = null) : Exception(message, inner);
