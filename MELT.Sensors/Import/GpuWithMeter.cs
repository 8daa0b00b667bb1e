using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Alignment;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import;

/// <summary>
/// A load on a GPU, seen by nvidia-smi and by an ElmorLabs PMD between the card and everything that feeds it, as GPU_Power_Benchmark records it.
/// One host clock stamps all: the load's edges and the PMD's start in µs, nvidia-smi in a text clock of another time zone.
/// </summary>
internal sealed class GpuWithMeter : IImportFormat
{
    private const string Polled = "gpudata.csv";
    private const string Meter = "PMD_data.bin";
    private const string MeterStart = "PMD_start_ts.txt";
    private const string Load = "timestamps.csv";
    private const double EdgeResolution = 1e3;
    private const long Microsecond = 1_000;

    public string Name => "gpu-with-meter";
    public string Files => $"{Polled}, {Meter}, {MeterStart} and {Load}";
    public bool Recognises(string folder) => File.Exists(Path.Combine(folder, Polled)) && File.Exists(Path.Combine(folder, Meter));

    public IReadOnlyList<ImportedRecording> Read(string folder)
    {
        var polled = RecordFile.Read(Path.Combine(folder, Polled), "nvidia-smi's readings");
        var meter = RecordFile.Read(Path.Combine(folder, Meter), "the meter's readings");
        var startFile = RecordFile.Read(Path.Combine(folder, MeterStart), "when the meter was started");
        var load = RecordFile.Read(Path.Combine(folder, Load), "the edges of the load");
        var start = ReadStart(startFile);
        var edges = ReadEdges(load, start);

        var (sha256, name) = (ImportedSession.Hash(Name, "", polled, meter, startFile, load), Path.GetFileName(Path.GetFullPath(folder)));
        var (device, domain) = (ImportedSession.Device(name), $"host-{sha256[..8]}");
        var smi = NvidiaSmiCsv.Read(polled, start);
        var header = ImportedSession.Header(name, device, domain, start, sha256,
            [new("record", name), new("format", Name), new("nvidia_smi_zone", string.Create(CultureInfo.InvariantCulture, $"{(smi.ZoneHours < 0 ? '-' : '+')}{Math.Abs(smi.ZoneHours):00}:00"))]);
        var (stamps, columns) = PmdData.Read(meter, start);
        return
        [
            new(Name, name, folder, header,
            [
                new RecordingEntry.Opened(header),
                .. ImportedMeter.Entries(new MeterId(device, "nvidia-smi"), smi.Description(domain), smi.Stamps, smi.Columns),
                .. ImportedMeter.Entries(new MeterId(device, "pmd"), PmdData.Description(domain), stamps, columns),
                ImportedSession.Told(domain, Name, EdgeResolution, start, Marks(start, edges), edges[^1]),
                new RecordingEntry.Closed("complete", null),
            ])
            { Sha256 = sha256 },
        ];
    }

    /// <summary>The program rests, then loads the card and lets it rest in turn; the last edge ends the last rest.</summary>
    private static IEnumerable<(long At, string Name)> Marks(long start, ImmutableArray<long> edges) =>
        edges.SkipLast(1).Select((edge, i) => (edge, i % 2 == 0 ? "on" : "off")).Prepend((start, "idle"));

    private static long ReadStart(RecordFile file)
    {
        var lines = file.Lines();
        return lines.Count == 1 ? Moment(lines[0]) : throw file.Wrong(null, $"{lines.Count} lines", "one time in µs");
    }

    private static long Moment(Line line) => line.Integer(line.Text, "a time in µs since 1970") is > 0 and <= long.MaxValue / Microsecond and var at ? at * Microsecond : throw line.Is("a time in µs since 1970");

    // Each edge is written twice, so that a plot of the load is drawn with steps.
    private static ImmutableArray<long> ReadEdges(RecordFile file, long start)
    {
        var lines = file.Lines();
        if (lines[0].Text != "timestamp") throw lines[0].Is("the header \"timestamp\"");
        var edges = ImmutableArray.CreateBuilder<long>();
        for (var i = 1; i < lines.Count; i += 2)
        {
            var at = Moment(lines[i]);
            if (i + 1 == lines.Count) throw lines[i].Wrong("the file ends", "every edge twice");
            if (Moment(lines[i + 1]) != at) throw lines[i + 1].Is($"the edge of the line above again, {lines[i].Text}");
            if (at <= (edges.Count > 0 ? edges[^1] : start)) throw lines[i].Is(edges.Count > 0 ? "a time after the edge before" : "a time after the meter's start");
            edges.Add(at);
        }
        return edges.Count >= 3 && edges.Count % 2 == 1 ? edges.ToImmutable() : throw file.Wrong(null, $"{edges.Count} edges", "begin and end of each load, and the end of the last rest");
    }
}
