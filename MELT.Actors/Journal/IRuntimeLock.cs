namespace MELT.Actors.Journal;

/// <summary>Says that a runtime works on a journal, until it is disposed of or the process ends.</summary>
public interface IRuntimeLock : IAsyncDisposable
{
    /// <summary>Fails with <see cref="RuntimeLockException"/> once another runtime has the journal, which may happen after a database server was started again: stop then. Cancelled when the lock is given back.</summary>
    Task Lost { get; }
}

/// <summary>A runtime of one process has a journal for itself; the nodes of one cluster share it.</summary>
public enum LockMode { Exclusive, Shared }

/// <summary>Another runtime has the journal; the message is for the person who started this one.</summary>
public sealed class RuntimeLockException(string message, Exception? inner = null) : Exception(message, inner);
