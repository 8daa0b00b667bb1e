namespace MELT.Sensors.Import.Original;

/// <summary>The tables that the original's report wrote beside a run: what it published.</summary>
internal static class PublishedResults
{
    private const string Loads = "results_model_load_performance.csv", Prompts = "results_model_inference_measurements.csv", Stages = "results_detailed_measurements.csv";

    /// <summary>Every number of the tables that are there, with its iteration.</summary>
    public static List<(int Iteration, OriginalFigure Figure)> Read(ImportLog log, string folder, List<RecordFile> files)
    {
        var found = new List<(int, OriginalFigure)>();
        foreach (var name in (string[])[Loads, Prompts, Stages])
        {
            if (!File.Exists(Path.Combine(folder, name)) || log.Open(Path.Combine(folder, name), "published results") is not { } file) continue;
            files.Add(file);
            var lines = file.Lines();
            var header = lines[0].Text.Split(',');
            var keys = name == Loads ? 2 : 3;
            if (header is not ["iteration", "conversation", ..] || header.Length <= keys)
            {
                log.Reject(lines[0].Is("a header that begins with iteration,conversation"));
                continue;
            }
            found.AddRange(log.Lines(file, "rows of published results", lines.Skip(1), line => RowOf(line, name, header, keys)).SelectMany(row => row));
        }
        return found;
    }

    private static (int, OriginalFigure)[]? RowOf(Line line, string file, string[] header, int keys)
    {
        var cells = line.Text.Split(',');
        if (cells.Length != header.Length) throw line.Is($"{header.Length} cells");
        var (iteration, conversation) = ((int)line.Integer(cells[0], "an iteration"), (int)line.Integer(cells[1], "a conversation"));
        var row = keys == 2 ? OriginalWindow.Load : cells[2];
        return [.. Enumerable.Range(keys, header.Length - keys).Where(i => cells[i].Length > 0).Select(i => (iteration, new OriginalFigure(file, line.Number, conversation, row, header[i], line.Number64(cells[i], "a number"))))];
    }
}
