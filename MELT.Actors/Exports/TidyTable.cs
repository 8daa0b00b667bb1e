using System.Collections;

namespace MELT.Actors.Exports;

/// <summary>How SQLite keeps a column.</summary>
public enum TidyType
{
    Text,
    Integer,
    Real,
}

/// <summary>What one column says, as the file itself tells it. Unit: null where there is none, or where the row names it.</summary>
public sealed record TidyColumn(string Name, TidyType Type, string? Unit, string Meaning);

/// <summary>A table: what a row is, and its columns.</summary>
public interface ITidyTable
{
    string Name { get; }
    string Meaning { get; }
    IReadOnlyList<TidyColumn> Columns { get; }
}

/// <summary>A table whose columns know their value in a <typeparamref name="T"/>: a collection initializer lists column and value in one line.</summary>
public sealed class TidyTable<T>(string name, string meaning) : ITidyTable, IEnumerable
{
    private readonly List<TidyColumn> _columns = [];
    private readonly List<Func<T, object?>> _values = [];

    public string Name => name;
    public string Meaning => meaning;
    public IReadOnlyList<TidyColumn> Columns => _columns;

    public void Add(string column, TidyType type, string? unit, string meaning, Func<T, object?> value)
    {
        _columns.Add(new(column, type, unit, meaning));
        _values.Add(value);
    }

    /// <summary>The cells of one row, in the order of the columns.</summary>
    public void Fill(T row, Span<object?> cells)
    {
        for (var i = 0; i < _values.Count; i++) cells[i] = _values[i](row);
    }

    IEnumerator IEnumerable.GetEnumerator() => _columns.GetEnumerator();
}

/// <summary>A table that is computed when it is read.</summary>
public sealed record TidyView(string Name, string Meaning, string Select, IReadOnlyList<TidyColumn> Columns) : ITidyTable;
