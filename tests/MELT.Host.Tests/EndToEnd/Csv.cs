using System.Globalization;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>The tables of an export, read as a stranger would: by the names in their first line.</summary>
internal static class Csv
{
    public static IReadOnlyList<Row> Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var header = lines[0].Split(',');
        return [.. lines.Skip(1).Select(line => new Row(header.Zip(line.Split(',')).ToDictionary(cell => cell.First, cell => cell.Second)))];
    }

    internal sealed class Row(Dictionary<string, string> cells)
    {
        public string this[string column] => cells[column];
        public long Long(string column) => long.Parse(cells[column], CultureInfo.InvariantCulture);
        public double Double(string column) => double.Parse(cells[column], CultureInfo.InvariantCulture);
    }
}
