using System.Text;
using System.Text.Json;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;

namespace MELT.Host;

/// <summary>Writes a session's export tables as CSV files, or as JSON Lines with one object per row.</summary>
internal static class TableFiles
{
    public static async Task<IReadOnlyList<string>> WriteAsync(string folder, RecordedSession session, string format, CancellationToken stop)
    {
        var written = new List<string>();
        foreach (var table in SessionExport.Tables(session))
        {
            var path = Path.Combine(folder, Path.ChangeExtension(table.Name, format));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllLinesAsync(path, format == "csv" ? table.Lines : Objects(table), new UTF8Encoding(false), stop);
            written.Add(path);
        }
        return written;
    }

    /// <summary>Cells stay text, as in CSV: integers beyond 2⁵³ must not pass through a double.</summary>
    private static IEnumerable<string> Objects(ExportTable table) => table.Rows.Select(row =>
        JsonSerializer.Serialize(table.Header.Zip(row).ToDictionary(cell => cell.First, cell => cell.Second)));
}
