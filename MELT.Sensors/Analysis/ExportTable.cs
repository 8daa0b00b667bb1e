namespace MELT.Sensors.Analysis;

/// <summary>One file of an export: rows of text under a header. The name is a relative path with '/'.</summary>
public sealed record ExportTable(string Name, IReadOnlyList<string> Header, IEnumerable<IReadOnlyList<string>> Rows)
{
    /// <summary>The lines of the CSV file (RFC 4180), header first; rows are read as they are written.</summary>
    public IEnumerable<string> Lines => Rows.Prepend(Header).Select(row => string.Join(',', row.Select(Quoted)));

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
