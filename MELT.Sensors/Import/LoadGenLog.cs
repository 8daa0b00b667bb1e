using System.Collections.Immutable;
using System.Text.Json;
using MELT.Sensors.Decoding;

namespace MELT.Sensors.Import;

/// <summary>What MLPerf's LoadGen tells of a run: its window in the detailed log, its result in the summary.</summary>
internal static class LoadGenLog
{
    private const string Prefix = ":::MLLOG ";
    private const string Result = "Samples per second";

    public static (long Begin, long End) Window(RecordFile detail)
    {
        long? begin = null, end = null;
        foreach (var line in detail.Lines().Where(line => line.Text.Contains("\"power_", StringComparison.Ordinal)))
        {
            if (Entry(line) is not var (key, value)) continue;
            if (key == "power_begin") begin = line.Moment(value, PtDaemonReadings.TimeFormat);
            if (key == "power_end") end = line.Moment(value, PtDaemonReadings.TimeFormat);
        }
        if (begin is not { } from) throw detail.Wrong(null, "no power_begin", $"a line {Prefix}{{\"key\": \"power_begin\", …}}");
        if (end is not { } to) throw detail.Wrong(null, "no power_end", $"a line {Prefix}{{\"key\": \"power_end\", …}}");
        return to > from ? (from, to) : throw detail.Wrong(null, "power_end is not after power_begin", "a window");
    }

    private static (string Key, string Value)? Entry(Line line)
    {
        if (!line.Text.StartsWith(Prefix, StringComparison.Ordinal)) throw line.Is($"{Prefix}and a JSON object");
        try
        {
            using var json = JsonDocument.Parse(line.Text.AsMemory(Prefix.Length));
            return json.RootElement is { ValueKind: JsonValueKind.Object } entry
                && entry.TryGetProperty("key", out var key) && key.ValueKind == JsonValueKind.String
                && entry.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String
                ? (key.GetString()!, value.GetString()!) : null;
        }
        catch (Exception e) when (JsonMessage.IsSyntax(e))
        {
            throw line.Is($"{Prefix}and a JSON object");
        }
    }

    public static IEnumerable<KeyValuePair<string, string>> Facts(RecordFile? summary) =>
        from line in summary?.Lines() ?? []
        let cells = line.Text.Split(':', 2, StringSplitOptions.TrimEntries)
        where cells is ["SUT name" or "Scenario" or "Result is", { Length: > 0 }]
        select new KeyValuePair<string, string>(cells[0] switch { "SUT name" => "sut", "Scenario" => "scenario", _ => "loadgen_result" }, cells[1]);

    public static ImmutableArray<PublishedValue> Published(RecordFile? summary, string phase) =>
    [
        .. from line in summary?.Lines() ?? []
           let cells = line.Text.Split(':', 2, StringSplitOptions.TrimEntries)
           where cells is [Result, _]
           select new PublishedValue("samples-per-second", phase, line.Number64(cells[1], "samples per second"), "1/s", line.Source),
    ];
}
