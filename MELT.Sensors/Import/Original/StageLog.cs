using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import.Original;

/// <summary>
/// The stages of a run as the controller logged them, each with the bytes that the device received and sent in it: <c>measurements_ts.csv</c>, of later
/// versions an object by stage. They become readings of the meter <see cref="Name"/>, one at the end of each stage.
/// </summary>
internal static class StageLog
{
    public const string Name = "stages", Stage = "stage", Lasted = "lasted", Received = "received", Sent = "sent";
    private const string Table = "measurements_ts.csv", Objects = "measurements_ts.json", Header = "stage,time_start,time_end,duration,rx,tx";
    private static readonly string[] Timings = ["time_start", "time_end", "duration"], Metrics = ["rx", "tx"];

    /// <summary>In the order in which they ended.</summary>
    public static ImmutableArray<OriginalStage> Read(ImportLog log, string folder, List<RecordFile> used)
    {
        var found = new List<OriginalStage>();
        foreach (var (name, read) in new (string, Func<ImportLog, RecordFile, IEnumerable<OriginalStage>>)[] { (Table, Rows), (Objects, Members) })
        {
            if (!File.Exists(Path.Combine(folder, name)) || log.Open(Path.Combine(folder, name), "stages of the run") is not { } file) continue;
            used.Add(file);
            found.AddRange(read(log, file));
        }
        return [.. found.OrderBy(s => s.End)];
    }

    /// <summary>Null without stages. Which stage it was is a number, so that it can be drawn: setup 0, a run 1, the experiment 2, cleaning up 3, any other −1.</summary>
    public static OriginalMeter? Meter(ImmutableArray<OriginalStage> stages)
    {
        if (stages.IsEmpty) return null;
        (ChannelDescription Channel, double[] Values)[] channels =
        [
            (new() { Name = Stage, Quantity = "stage", Unit = "1" }, [.. stages.Select(s => (double)Number(s.Name))]),
            (new() { Name = Lasted, Quantity = "time", Unit = "s" }, [.. stages.Select(s => Math.Round(s.End - s.Start, 6))]),
            (new() { Name = Received, Quantity = "data", Unit = "B" }, [.. stages.Select(s => s.Received ?? double.NaN)]),
            (new() { Name = Sent, Quantity = "data", Unit = "B" }, [.. stages.Select(s => s.Sent ?? double.NaN)]),
        ];
        var told = channels.Where(c => c.Values.Any(double.IsFinite)).ToArray();
        return new(Name, Conversation.Controller, domain => new() { Kind = SensorKind.Instantaneous, ClockDomain = domain, Channels = [.. told.Select(c => c.Channel)] },
            [.. stages.Select(s => OriginalTime.Nanoseconds(s.End))], [.. told.Select(c => GridFinder.FromDoubles(c.Channel.Name, c.Values))]);
    }

    private static int Number(string stage) => stage.StartsWith("Run_", StringComparison.Ordinal) ? 1 : Array.IndexOf(["Setup", "", "Experiment", "Cleanup"], stage);

    private static List<OriginalStage> Rows(ImportLog log, RecordFile file) => log.Lines(file, "stages of the run", file.Lines().Skip(1), line =>
    {
        var cells = line.Text.Split(',');
        if (cells.Length < 4 || cells[0].Length == 0) throw line.Is(Header);
        return Valid(cells[0], line.Number64(cells[1], "seconds since 1970"), line.Number64(cells[2], "seconds since 1970"), Bytes(cells.ElementAtOrDefault(4)), Bytes(cells.ElementAtOrDefault(5))) ?? throw line.Is("a stage that begins and ends");
    });

    private static List<OriginalStage> Members(ImportLog log, RecordFile file)
    {
        var found = new List<OriginalStage>();
        try
        {
            using var json = JsonDocument.Parse(file.Bytes);
            foreach (var stage in json.RootElement.EnumerateObject())
                if (Number(stage.Value, "time_start") is { } start && Number(stage.Value, "time_end") is { } end && Valid(stage.Name, start, end, (long?)Number(stage.Value, "rx_diff"), (long?)Number(stage.Value, "tx_diff")) is { } valid) found.Add(valid);
                else log.Reject(file, stage.Name, "no stage that begins and ends", "time_start and time_end, seconds since 1970");
            foreach (var metric in json.RootElement.EnumerateObject().Where(s => s.Value.ValueKind == JsonValueKind.Object).SelectMany(s => s.Value.EnumerateObject()).Select(m => m.Name).Where(m => !Timings.Contains(m)).Select(m => m[..Math.Max(0, m.LastIndexOf('_'))]).Except(Metrics).Distinct())
                log.Reject(file, null, $"metric {Decoding.JsonMessage.Quote(metric)}", "rx and tx, the bytes received and sent");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            log.Reject(file, e is JsonException { LineNumber: { } line } ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}") : null, "no JSON object", "an object by stage");
        }
        log.Took(file.Path, "stages of the run", found.Count);
        return found;
    }

    private static OriginalStage? Valid(string name, double start, double end, long? received, long? sent) =>
        OriginalTime.IsMoment(start) && OriginalTime.IsMoment(end) && end >= start ? new(name, start, end, received, sent) : null;

    private static long? Bytes(string? cell) => long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;

    private static double? Number(JsonElement stage, string name) => stage.ValueKind == JsonValueKind.Object && stage.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : null;
}
