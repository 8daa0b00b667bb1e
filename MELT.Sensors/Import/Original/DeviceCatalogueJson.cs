using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace MELT.Sensors.Import.Original;

/// <summary>The bench as its files describe it: <c>devices.json</c>, <c>channels.json</c> (which pin of the relay board), <c>monsoon.json</c> (the power meter).</summary>
internal static class DeviceCatalogueJson
{
    /// <summary>Secrets and addresses are no facts of a measurement.</summary>
    private static readonly string[] Private = ["pin", "ip", "bt_mac_address", "adb_identifier"];

    /// <summary>Facts as text by key, nested keys joined by dots; null when the file is no object of objects.</summary>
    public static ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>? Read(ImportLog log, RecordFile file, string what)
    {
        try
        {
            using var json = JsonDocument.Parse(file.Bytes);
            var found = json.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object)
                .ToImmutableSortedDictionary(p => p.Name, p => Facts("", p.Value).ToImmutableSortedDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
            log.Took(file.Path, what, found.Count);
            return found;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            log.Reject(file, e is JsonException { LineNumber: { } line } ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}") : null, "no JSON object", what);
            return null;
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Facts(string before, JsonElement json)
    {
        foreach (var property in json.EnumerateObject())
            if (property.Value.ValueKind == JsonValueKind.Object)
                foreach (var inner in Facts($"{before}{property.Name}.", property.Value)) yield return inner;
            else if (!Private.Contains(property.Name) && property.Value.ValueKind != JsonValueKind.Null)
                yield return new(before + property.Name, property.Value.ValueKind switch
                {
                    JsonValueKind.String => property.Value.GetString()!,
                    JsonValueKind.Array => string.Join(", ", property.Value.EnumerateArray().Select(e => e.ToString())),
                    _ => property.Value.GetRawText(),
                });
    }
}
