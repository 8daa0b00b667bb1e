namespace MELT.Sensors.Import.Original;

/// <summary>A window as the controller saw it: from sending a line to the next prompt marker. Seconds of the controller's clock.</summary>
internal sealed record ExpectWindow(double Start, double Duration, string State)
{
    public const string Load = "load_model";
    public double End => Start + Duration;
}

/// <summary>
/// The controller's windows: <c>start_date,duration,state</c>. The text of a prompt stands between quotes whatever it holds, quotes and commas
/// included, so only the first two commas divide; new lines are written <c>\n</c>.
/// </summary>
internal static class ExpectCsv
{
    private const string Header = "start_date,duration,state";

    public static bool IsOne(RecordFile file) => file.Lines()[0].Text == Header;

    public static List<ExpectWindow> Read(ImportLog log, RecordFile file) => log.Lines(file, "windows of the controller", file.Lines().Skip(1), WindowOf);

    /// <summary>One line of the file; throws where it is none.</summary>
    private static ExpectWindow? WindowOf(Line line)
    {
        if (line.Text.Split(',', 3) is not [var start, var duration, var state]) throw line.Is(Header);
        var at = OriginalTime.Seconds(start) ?? throw line.Is(start, "a moment in seconds since 1970");
        var seconds = line.Number64(duration, "a duration in seconds");
        return seconds < 0 ? throw line.Is(duration, "a duration of 0 or more") : new(at, seconds, Text(state));
    }

    /// <summary>What stands between the outer quotes, the last of which a cut file lacks.</summary>
    internal static string Text(string cell)
    {
        if (cell.Length > 0 && cell[0] == '"') cell = cell.Length > 1 && cell[^1] == '"' ? cell[1..^1] : cell[1..];
        return cell.Replace("\\n", "\n", StringComparison.Ordinal);
    }
}
