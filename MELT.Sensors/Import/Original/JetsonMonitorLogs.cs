using System.Collections.Immutable;
using MELT.Sensors.Alignment;

namespace MELT.Sensors.Import.Original;

/// <summary>
/// Logs of jetson-monitor that belong to no run: the rails and temperatures of a board while something ran that nobody recorded. Each is a session with
/// meters and no engine. A log inside a run folder belongs to the run.
/// </summary>
internal sealed class JetsonMonitorLogs : IImportFormat
{
    private const string Expected = "readings of rails or temperatures", Version = "not recorded";
    private const double SystemClock = 1e3;
    private const int LongestLine = 256;

    public string Name => "jetson-monitor";
    public string Files => "a log of jetson-monitor (*.log) outside a run";

    public bool Recognises(string folder) => IsOne(folder);

    public IReadOnlyList<ImportedRecording> Read(string folder)
    {
        string[] logs = Directory.Exists(folder) ? [.. In(folder)] : [folder];
        return logs.Length > 0 ? [.. logs.Select(ReadOne)] : throw new ImportException(folder, null, "no *.log here is one of jetson-monitor", Expected);
    }

    /// <summary>Those that lie in a folder itself.</summary>
    public static IEnumerable<string> In(string folder) => Directory.GetFiles(folder, "*.log").Where(IsOne).Order(StringComparer.Ordinal);

    private static bool IsOne(string file)
    {
        try
        {
            return File.Exists(file) && HasLines(file) && JetsonLog.Begins(File.ReadLines(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // A file without lines, whatever its size, is none, and is not read to its end.
    private static bool HasLines(string file)
    {
        using var stream = File.OpenRead(file);
        Span<byte> begin = stackalloc byte[LongestLine];
        return begin[..stream.ReadAtLeast(begin, LongestLine, throwOnEndOfStream: false)].Contains((byte)'\n');
    }

    private ImportedRecording ReadOne(string path)
    {
        var (log, file) = (new ImportLog(Path.GetDirectoryName(Path.GetFullPath(path))!), RecordFile.Read(path, Expected));
        if (JetsonLog.Read(log, file) is not { Stamps.Length: > 1 } readings) throw file.Wrong(null, "fewer than two ticks can be read", Expected);
        if (readings is { Rails: [], Zones: [] }) throw file.Wrong(null, "no rail has both a current and a voltage, and no zone a temperature", Expected);
        var (name, sha256, board) = (Path.GetFileName(path), ImportedSession.Hash(Name, "", file), readings.Board);
        var (device, domain, begin, end) = (ImportedSession.Device(board), $"{Conversation.Jetson}-{sha256[..8]}", readings.Stamps.Min(), readings.Stamps.Max());
        var header = ImportedSession.Header(name, device, domain, begin, sha256, [new("name", board), new("record", name), new("format", Name)]);
        return new(Name, name, path, header,
        [
            new RecordingEntry.Opened(header),
            .. readings.Meters(board).SelectMany(meter => ImportedMeter.Entries(new(device, meter.Name), meter.Description(domain), meter.Stamps, [.. meter.Columns])),
            ImportedSession.Told(domain, Version, SystemClock, begin, [(begin, "recorded")], end),
            new RecordingEntry.Noticed("meters-only", "the log lies beside no melt_measurements: what the board was doing is not recorded, and the energy is that of everything from the first reading to the last"),
            .. log.Rejected.IsEmpty ? [] : new[] { new RecordingEntry.Noticed("record-incomplete", Incomplete(log.Rejected)) },
            new RecordingEntry.Closed("complete", null),
        ])
        { Sha256 = sha256, Read = log.Read, Rejected = log.Rejected };
    }

    private static string Incomplete(ImmutableArray<RejectedPart> rejected) => rejected.Length == 1 ? $"left out: {rejected[0]}" : FormattableString.Invariant($"left out: {rejected[0]}, and {rejected.Length - 1} more");
}
