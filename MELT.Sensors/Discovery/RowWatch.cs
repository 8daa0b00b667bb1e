using System.Collections.Immutable;
using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Discovery;

/// <summary>Numbers that stood in one message together, to be compared with each other. When room ends every other row goes, so that what remains spans all messages.</summary>
internal sealed class RowWatch
{
    private readonly List<string> _columns = [];
    private readonly List<double[]> _rows = [];
    private long _seen, _stride = 1;

    public void Add(ImmutableArray<PayloadField> fields)
    {
        if (_seen++ % _stride != 0) return;
        var row = new double[DiscoveryLimits.MostColumns];
        Array.Fill(row, double.NaN);
        foreach (var field in fields)
        {
            if (!field.Value.IsNumber || Column(field) is not { } column || !double.IsNaN(row[column])) continue;     // of a batch the first
            row[column] = field.Value.Number.ToDouble();
        }
        _rows.Add(row);
        if (_rows.Count < DiscoveryLimits.MostRows) return;
        for (var i = _rows.Count - 1; i > 0; i -= 2) _rows.RemoveAt(i);
        _stride *= 2;
    }

    public RowSummary Tell() => new([.. _columns], [.. _rows]);

    /// <summary>Only what could be related to something else takes part.</summary>
    private int? Column(in PayloadField field)
    {
        var column = _columns.IndexOf(field.Path);
        if (column >= 0) return column;
        if (_columns.Count == DiscoveryLimits.MostColumns || (field.Unit is null && Proposals.FieldNames.Read(KnownKeys.LastName(field.Path).ToString()).Quantity is null)) return null;
        _columns.Add(field.Path);
        return _columns.Count - 1;
    }
}

/// <summary>Numbers by message and field; what a message did not tell is not a number.</summary>
public sealed record RowSummary(ImmutableArray<string> Columns, ImmutableArray<double[]> Rows)
{
    public static readonly RowSummary None = new([], []);

    /// <summary>The values of these fields where a message told all of them.</summary>
    public IEnumerable<double[]> Together(params string[] paths)
    {
        var columns = paths.Select(p => Columns.IndexOf(p)).ToArray();
        if (columns.Contains(-1)) yield break;
        foreach (var row in Rows)
            if (Array.TrueForAll(columns, c => !double.IsNaN(row[c]))) yield return Array.ConvertAll(columns, c => row[c]);
    }
}
