using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MELT.Sensors.Alignment;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import;

/// <summary>
/// An energy run of MLPerf Tiny as EEMBC's EnergyRunner leaves it: an energy trace, the edges of its windows and the log with what was published.
/// Each sample is the energy of one period, so the trace is the steps of a counter of joules: its differences are exact whatever the window.
/// </summary>
internal sealed class MlPerfTiny : IImportFormat
{
    private const string Trace = "trace1-energy.bin";
    private const string Edges = "trace1-timestamps.json";
    private const string Log = "results.txt";
    private const string Between = "between";
    /// <summary>The edges are given in whole milliseconds.</summary>
    private const double EdgeResolution = 1e6;

    public string Name => "mlperf-tiny";
    public string Files => $"{Trace}, {Edges} and {Log}";
    public bool Recognises(string folder) => File.Exists(Path.Combine(folder, Trace)) && File.Exists(Path.Combine(folder, Edges));

    public IReadOnlyList<ImportedRecording> Read(string folder)
    {
        var trace = RecordFile.Read(Path.Combine(folder, Trace), "an energy trace");
        var edgesFile = RecordFile.Read(Path.Combine(folder, Edges), "the edges of the windows");
        var log = RecordFile.Read(Path.Combine(folder, Log), "the log of the energy run");
        var (rate, microjoules) = EnergyTrace.Read(trace);
        var edges = ReadEdges(edgesFile, microjoules.Length / rate);
        var windows = EnergyRunnerLog.Windows(log);
        foreach (var window in windows) window.Check(edges);

        var (sha256, name) = (ImportedSession.Hash(Name, "", trace, edgesFile, log), Path.GetFileName(Path.GetFullPath(folder)));
        var (device, domain) = (ImportedSession.Device(name), $"trace-{sha256[..8]}");
        var header = ImportedSession.Header(name, device, domain, edges[0], sha256,
            [new("record", name), new("format", Name), new("sample_rate", rate.ToString("R", CultureInfo.InvariantCulture) + " Hz")]);
        var counter = EnergyTrace.Counter(trace, "energy", microjoules);
        return
        [
            new(Name, name, folder, header,
            [
                new RecordingEntry.Opened(header),
                .. ImportedMeter.Entries(new MeterId(device, "energy-monitor"), Description(domain, rate, counter.Grid), EnergyTrace.Stamps(rate, microjoules.Length), counter),
                ImportedSession.Told(domain, Name, EdgeResolution, edges[0], Marks(edges, windows), edges[^1]),
                new RecordingEntry.Closed("complete", null),
            ])
            { Published = [.. windows.SelectMany(w => w.Published)], Sha256 = sha256 },
        ];
    }

    // Who made the monitor, and how good it is, is nowhere in the record.
    private static MeterDescription Description(string domain, double rate, Grid grid) => new()
    {
        Kind = SensorKind.Accumulated,
        PeriodSeconds = 1 / rate,
        StampPosition = StampPosition.End,
        LatencySeconds = 0,
        ClockDomain = domain,
        Channels = [new() { Name = "energy", Quantity = "energy", Unit = "J", Boundary = "dc-in", Resolution = grid.ToDouble(1) }],
    };

    /// <summary>Windows are counted from 1, each from one edge to the next.</summary>
    private static IEnumerable<(long At, string Name)> Marks(ImmutableArray<long> edges, IReadOnlyList<PublishedWindow> windows) =>
        Enumerable.Range(1, edges.Length - 1).Select(n => (edges[n - 1], windows.FirstOrDefault(w => w.Number == n)?.Phase ?? Between));

    private static ImmutableArray<long> ReadEdges(RecordFile file, double seconds)
    {
        const string expected = "an array of at least two rising times in seconds";
        try
        {
            using var json = JsonDocument.Parse(file.Bytes);
            if (json.RootElement.ValueKind != JsonValueKind.Array || json.RootElement.GetArrayLength() < 2) throw file.Wrong(null, $"it holds {json.RootElement.ValueKind.ToString().ToLowerInvariant()}", expected);
            var edges = ImmutableArray.CreateBuilder<long>();
            foreach (var edge in json.RootElement.EnumerateArray())
            {
                var place = string.Create(CultureInfo.InvariantCulture, $"time {edges.Count + 1}");
                if (edge.ValueKind != JsonValueKind.Number || !edge.TryGetDecimal(out var at)) throw file.Wrong(place, JsonMessage.Quote(edge.GetRawText()), "a number of seconds");
                if (at < 0 || at > (decimal)seconds) throw file.Wrong(place, $"{at} s", string.Create(CultureInfo.InvariantCulture, $"a time inside the trace, which is {seconds} s long"));
                var nanoseconds = (long)Math.Round(at * 1_000_000_000m);
                if (edges.Count > 0 && nanoseconds <= edges[^1]) throw file.Wrong(place, $"{at} s, not after the time before", expected);
                edges.Add(nanoseconds);
            }
            return edges.ToImmutable();
        }
        catch (JsonException e)
        {
            throw file.Wrong(string.Create(CultureInfo.InvariantCulture, $"line {e.LineNumber + 1}"), "no JSON", expected, e);
        }
    }
}
