using System.Globalization;
using System.Text.Json;

namespace MELT.Sensors.Import.Original;

/// <summary>MLC's statistics of one prompt: a JSON text in the apps' records and in the command line's log, whose keys differ by a space or an underscore.</summary>
internal static class StatsText
{
    /// <summary>Null when there are none, as llama.cpp's app leaves it.</summary>
    public static AppStats? Read(string text)
    {
        if (text.Length == 0) return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind != JsonValueKind.Object ? null : new(
                Number(json, "prefill", "throughput"), Number(json, "prefill", "total time", "total_time"), (int?)Number(json, "prefill", "total tokens", "total_tokens"),
                Number(json, "decode", "throughput"), Number(json, "decode", "total time", "total_time"), (int?)Number(json, "decode", "total tokens", "total_tokens"));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // "283.4 tok/s"
    private static double? Number(JsonDocument json, string part, params ReadOnlySpan<string> names)
    {
        if (!json.RootElement.TryGetProperty(part, out var stage) || stage.ValueKind != JsonValueKind.Object) return null;
        foreach (var name in names)
            if (stage.TryGetProperty(name, out var value) && double.TryParse((value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()).Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)) return number;
        return null;
    }
}
