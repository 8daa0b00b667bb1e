using MELT.Actors.Journal.Postgres;
using MELT.Actors.Journal.Sqlite;

namespace MELT.Actors.Journal;

/// <summary>Where a journal lies: a SQLite file, or a PostgreSQL database. As text it holds no password.</summary>
public abstract class JournalLocation
{
    private JournalLocation() { }

    /// <summary>Whether it is a file of this machine, which one process works on at a time.</summary>
    public bool IsFile => this is SqliteFile;

    /// <summary>Reads <c>postgres://user:password@host:port/database?…</c>, a folder (its journal.db), or a file; null: journal.db in the data folder.</summary>
    /// <exception cref="JournalLocationException">It is none of them; the message holds no password.</exception>
    public static JournalLocation Parse(string? text, string dataFolder) => text switch
    {
        null or "" => new SqliteFile(DataFolder.JournalIn(dataFolder)),
        _ when PostgresAddress.IsMeant(text) => PostgresAddress.TryParse(text, out var problem) is { } address ? new Postgres(address)
            : throw new JournalLocationException($"the journal {PostgresAddress.WithoutPassword(text.Split('?')[0])}: {problem}"),
        _ when text.Contains("://", StringComparison.Ordinal) => throw new JournalLocationException($"the journal {text[..text.IndexOf("://", StringComparison.Ordinal)]}://…: a journal is a file, a folder, or postgres://user@host:port/database"),
        _ when Directory.Exists(text) || Path.EndsInDirectorySeparator(text) => new SqliteFile(DataFolder.JournalIn(text)),
        _ => new SqliteFile(text),
    };

    /// <summary>The same text with every password in it replaced, for texts that are stored or shown.</summary>
    public static string WithoutPassword(string text) => PostgresAddress.WithoutPassword(text);

    /// <summary>Opens for writing, and creates what is missing. Take the lock first.</summary>
    public abstract Task<StoredJournal> OpenAsync(EventSerializer serializer, TimeProvider time);

    /// <summary>Opens for reading, also beside a runtime that writes.</summary>
    public abstract Task<StoredJournal> OpenReadOnlyAsync(EventSerializer serializer, CancellationToken stop);

    /// <summary>Takes the journal for a runtime, or throws <see cref="RuntimeLockException"/> at once when another has it.</summary>
    public abstract Task<IRuntimeLock> LockAsync(LockMode mode, TimeProvider time, CancellationToken stop);

    public abstract override string ToString();

    /// <summary>A SQLite file; its lock is that of the folder it lies in.</summary>
    public sealed class SqliteFile(string path) : JournalLocation
    {
        public string FullPath { get; } = Path.GetFullPath(path);

        public string Folder => Path.GetDirectoryName(FullPath)!;

        public override async Task<StoredJournal> OpenAsync(EventSerializer serializer, TimeProvider time) =>
            await SqliteJournal.OpenAsync(FullPath, serializer, new() { Time = time });

        public override async Task<StoredJournal> OpenReadOnlyAsync(EventSerializer serializer, CancellationToken stop) =>
            await SqliteJournal.OpenReadOnlyAsync(FullPath, serializer, stop);

        public override Task<IRuntimeLock> LockAsync(LockMode mode, TimeProvider time, CancellationToken stop) => mode == LockMode.Exclusive
            ? Task.FromResult<IRuntimeLock>(DataFolder.Hold(Folder))
            : throw new RuntimeLockException($"The journal {FullPath} is a file of this machine, and a cluster has several: name a PostgreSQL database, --journal postgres://user@host:port/database.");

        public override string ToString() => FullPath;
    }

    /// <summary>A PostgreSQL database; its lock is one of its advisory locks.</summary>
    public sealed class Postgres(PostgresAddress address) : JournalLocation
    {
        public PostgresAddress Address { get; } = address;

        public override async Task<StoredJournal> OpenAsync(EventSerializer serializer, TimeProvider time) =>
            await PostgresJournal.OpenAsync(Address, serializer, new() { Time = time });

        public override async Task<StoredJournal> OpenReadOnlyAsync(EventSerializer serializer, CancellationToken stop) =>
            await PostgresJournal.OpenReadOnlyAsync(Address, serializer, stop);

        public override async Task<IRuntimeLock> LockAsync(LockMode mode, TimeProvider time, CancellationToken stop) =>
            await PostgresRuntimeLock.TakeAsync(Address, mode, time, stop);

        public override string ToString() => Address.ToString();
    }
}

/// <summary>A text is no place for a journal.</summary>
public sealed class JournalLocationException(string message) : Exception(message);
