using MELT.Sensors.Alignment;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import;

/// <summary>
/// A power run of MLPerf Inference: SPEC PTDaemon's readings in the clock of the server that holds the analyzer, LoadGen's window in the clock of the
/// client, and the clock exchanges between them. One session for each run; files lie in folders (run_1/spl.txt) or side by side (run_1__spl.txt).
/// </summary>
internal sealed class MlPerfPower : IImportFormat
{
    private const string Readings = "spl.txt";
    private const string Detail = "mlperf_log_detail.txt";
    private const string Summary = "mlperf_log_summary.txt";
    private const double EdgeResolution = 1e6;
    private const string Phase = "run";

    public string Name => "mlperf-power";
    public string Files => $"run_1__{Readings}, run_1__{Detail} and power__client.json";
    public bool Recognises(string folder) => Find(folder, "power", "client.json") is not null && Runs(folder).Any();

    public IReadOnlyList<ImportedRecording> Read(string folder)
    {
        var client = RecordFile.Read(Path(folder, "power", "client.json"), "the client's messages");
        var server = Find(folder, "power", "server.json") is { } path ? RecordFile.Read(path, "the server's messages") : null;
        var log = Find(folder, "power", "ptd_logs.txt") is { } ptd ? RecordFile.Read(ptd, "PTDaemon's log") : null;
        var runs = Runs(folder).ToArray();
        return runs.Length == 0
            ? throw new ImportException(folder, null, $"no run with a {Readings}", Files)
            : [.. runs.Select(run => Read(folder, run, client, server, log))];
    }

    private ImportedRecording Read(string folder, string run, RecordFile client, RecordFile? server, RecordFile? log)
    {
        var readings = RecordFile.Read(Path(folder, run, Readings), "PTDaemon's readings");
        var detail = RecordFile.Read(Path(folder, run, Detail), "LoadGen's detailed log");
        var summary = Find(folder, run, Summary) is { } path ? RecordFile.Read(path, "LoadGen's summary") : null;
        var sha256 = ImportedSession.Hash(Name, run, [.. new[] { readings, detail, client, server, log, summary }.OfType<RecordFile>()]);
        var record = System.IO.Path.GetFileName(System.IO.Path.GetFullPath(folder));
        var name = $"{record} {run}";
        var device = ImportedSession.Device($"{record}-{run}");
        var (here, there) = ($"client-{sha256[..8]}", $"server-{sha256[..8]}");

        var window = LoadGenLog.Window(detail);
        var samples = PtDaemonReadings.Read(readings);
        var about = PtDaemonLog.Read(log, server, samples.Stamps[0], samples.Stamps[^1]);
        var header = ImportedSession.Header(name, device, here, window.Begin, sha256,
            LoadGenLog.Facts(summary).Concat([new("record", name), new("format", Name), new("sampling", "PTDaemon " + about.Version)]));
        return new(Name, name, folder, header,
        [
            new RecordingEntry.Opened(header),
            .. ImportedMeter.Entries(new MeterId(device, "analyzer"), samples.Description(there, about), samples.Stamps, samples.Columns),
            new RecordingEntry.Clock(there, ClientServerMessages.Exchanges(client, server)),
            ImportedSession.Told(here, Name, EdgeResolution, window.Begin, [(window.Begin, Phase)], window.End),
            new RecordingEntry.Closed("complete", null),
        ])
        { Published = LoadGenLog.Published(summary, Phase), Sha256 = sha256 };
    }

    /// <summary>The ranging run first sets the analyzer's range, then the others measure with it.</summary>
    private static IEnumerable<string> Runs(string folder) => Directory.Exists(folder)
        ? Directory.GetFiles(folder, "*__" + Readings).Select(f => System.IO.Path.GetFileName(f)[..^(2 + Readings.Length)])
            .Concat(Directory.GetDirectories(folder).Where(d => File.Exists(System.IO.Path.Combine(d, Readings))).Select(d => System.IO.Path.GetFileName(d)))
            .Distinct().OrderBy(run => run == "ranging" ? 1 : 0).ThenBy(run => run, StringComparer.Ordinal)
        : [];

    private static string Path(string folder, string part, string file) => Find(folder, part, file) ?? System.IO.Path.Combine(folder, $"{part}__{file}");

    private static string? Find(string folder, string part, string file) =>
        Array.Find([System.IO.Path.Combine(folder, $"{part}__{file}"), System.IO.Path.Combine(folder, part, file)], File.Exists);
}
