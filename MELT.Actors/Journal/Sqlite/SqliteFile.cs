using System.Globalization;
using Microsoft.Data.Sqlite;

namespace MELT.Actors.Journal.Sqlite;

/// <summary>Opens connections to one journal file, each with the settings its use needs.</summary>
internal sealed class SqliteFile(string path, SqliteJournalOptions options)
{
    private const int CannotOpen = 14, ReadOnly = 8;
    private bool _alone;

    static SqliteFile() => SQLitePCL.Batteries_V2.Init();

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public SqliteConnection ForWriting()
    {
        var connection = Open(Path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            connection.Run($"pragma synchronous = {(options.Synchronous == Synchronous.Full ? "full" : "off")}; pragma fullfsync = on");
            if (connection.Text("pragma journal_mode = wal") is not "wal")
                throw new JournalUnavailableException($"The file system of {Path} does not carry SQLite's write-ahead log. Put the data folder on a local disk.");
            if (options.LargestBytes is { } largest)
                connection.Run(string.Create(CultureInfo.InvariantCulture, $"pragma max_page_count = {largest / long.Parse(connection.Text("pragma page_size"), CultureInfo.InvariantCulture)}"));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public SqliteConnection ForReading()
    {
        if (_alone)
            return Immutable();
        try
        {
            return Readable(Open(Path, SqliteOpenMode.ReadOnly));
        }
        catch (SqliteException e) when (e.SqliteErrorCode is CannotOpen or ReadOnly && File.Exists(Path))
        {
            // A write-ahead log needs a place for its index. Where this user cannot write, nothing but the file itself is needed when the log is empty.
            if (new FileInfo(Path + "-wal") is { Exists: true, Length: > 0 })
                throw new JournalUnavailableException($"{Path} has a write-ahead log beside it and its folder cannot be written, so the newest events cannot be read. Copy all files of that name to a folder you can write, and read them there.", e);
            _alone = true;
            return Immutable();
        }
    }

    private SqliteConnection Immutable() =>
        Readable(Open($"file:{Uri.EscapeDataString(Path).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1", SqliteOpenMode.ReadOnly));

    private SqliteConnection Open(string source, SqliteOpenMode mode)
    {
        // Not pooled: a connection that stays open in secret keeps the log from being folded into the file.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = source,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = Math.Max(1, (int)Math.Ceiling(options.BusyTimeout.TotalSeconds)),
        }.ToString());
        try
        {
            connection.Open();
            connection.Run(string.Create(CultureInfo.InvariantCulture, $"pragma busy_timeout = {(long)options.BusyTimeout.TotalMilliseconds}"));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The log is opened at the first read, not at opening: fail here or not at all.</summary>
    private static SqliteConnection Readable(SqliteConnection connection)
    {
        try
        {
            connection.Text("select count(*) from sqlite_master");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
