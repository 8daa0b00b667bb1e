using System.Globalization;
using MELT.Actors.Journal.Sqlite;
using Microsoft.Data.Sqlite;

namespace MELT.Actors.Exports;

/// <summary>
/// A new SQLite file of tidy tables that explains itself: <c>tables</c> and <c>columns</c> say what everything in it means.
/// Written without a journal of its own, so it is whole only once it is disposed, and alone: nothing lies beside it.
/// </summary>
public sealed class TidyFile : IDisposable
{
    private static readonly TidyTable<ITidyTable> Tables = new("tables", "one row per table or view of this file")
    {
        { "table_name", TidyType.Text, null, "its name", t => t.Name },
        { "meaning", TidyType.Text, null, "what one of its rows is", t => t.Meaning },
    };

    private static readonly TidyTable<(string Table, int Position, TidyColumn Column)> Columns = new("columns", "one row per column of every table and view")
    {
        { "table_name", TidyType.Text, null, "table or view", c => c.Table },
        { "position", TidyType.Integer, null, "place in the table, from 1", c => c.Position },
        { "column_name", TidyType.Text, null, "column", c => c.Column.Name },
        { "type", TidyType.Text, null, "text, integer or real", c => c.Column.Type.ToString().ToLowerInvariant() },
        { "unit", TidyType.Text, null, "unit of the values; null: none, or named in each row", c => c.Column.Unit },
        { "meaning", TidyType.Text, null, "what the column says", c => c.Column.Meaning },
    };

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, long> _rows = [];

    static TidyFile() => SQLitePCL.Batteries_V2.Init();

    private TidyFile(SqliteConnection connection) => _connection = connection;

    /// <summary>Rows written so far, by table.</summary>
    public IReadOnlyDictionary<string, long> Rows => _rows;

    /// <summary>Creates the file, which must not be there yet, with these tables, empty. What the disk refuses is an <see cref="IOException"/>, here and later.</summary>
    public static TidyFile Create(string path, IReadOnlyList<ITidyTable> tables)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false }.ToString());
        try
        {
            connection.Open();
            connection.Run("pragma journal_mode = off; pragma synchronous = off");
            var file = new TidyFile(connection);
            foreach (var table in tables.Concat([Tables, Columns])) connection.Run(Ddl(table));
            file.Add(Tables, tables.Concat([Tables, Columns]));
            file.Add(Columns, tables.Concat([Tables, Columns]).SelectMany(t => t.Columns.Select((c, i) => (t.Name, i + 1, c))));
            return file;
        }
        catch (Exception e)
        {
            connection.Dispose();
            if (e is SqliteException) throw Refused(connection, e);
            throw;
        }
    }

    /// <summary>Appends rows, read as they are written.</summary>
    public void Add<T>(TidyTable<T> table, IEnumerable<T> rows)
    {
        try { _rows[table.Name] = _rows.GetValueOrDefault(table.Name) + Insert(table, rows); }
        catch (SqliteException e) { throw Refused(_connection, e); }
    }

    private long Insert<T>(TidyTable<T> table, IEnumerable<T> rows)
    {
        var names = Enumerable.Range(0, table.Columns.Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"$c{i}")).ToArray();
        using var transaction = _connection.BeginTransaction();
        using var insert = _connection.Prepared($"insert into {Quoted(table.Name)} values ({string.Join(", ", names)})", names);
        insert.Transaction = transaction;
        var cells = new object?[names.Length];
        var written = 0L;
        foreach (var row in rows)
        {
            table.Fill(row, cells);
            for (var i = 0; i < cells.Length; i++)
                if (cells[i] is double number && !double.IsFinite(number)) cells[i] = null;
            insert.With(cells).ExecuteNonQuery();
            written++;
        }
        transaction.Commit();
        return written;
    }

    /// <summary>An index, made once the rows are there.</summary>
    public void Index(string table, string column)
    {
        try { _connection.Run($"create index {Quoted($"{table}_{column}")} on {Quoted(table)} ({Quoted(column)})"); }
        catch (SqliteException e) { throw Refused(_connection, e); }
    }

    public void Dispose() => _connection.Dispose();

    private static IOException Refused(SqliteConnection connection, Exception e) => new($"{connection.DataSource} cannot be written: {e.Message}", e);

    private static string Ddl(ITidyTable table) => table is TidyView view
        ? $"create view {Quoted(view.Name)} ({string.Join(", ", view.Columns.Select(c => Quoted(c.Name)))}) as {view.Select}"
        : $"create table {Quoted(table.Name)} ({string.Join(", ", table.Columns.Select(c => $"{Quoted(c.Name)} {c.Type.ToString().ToLowerInvariant()}"))})";

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
