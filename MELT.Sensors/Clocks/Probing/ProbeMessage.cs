using System.Globalization;
using System.Text.Json;
using MELT.Devices.Time;

namespace MELT.Sensors.Clocks.Probing;

/// <summary>The answer to a clock probe: <c>{"domain":"…","at":ns}</c>.</summary>
public static class ProbeMessage
{
    private const int LargestBytes = 4096;

    public static byte[] Write(string domain, Stamp at) =>
        System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"domain\":\"{JsonEncodedText.Encode(domain)}\",\"at\":{at.Nanoseconds}}}"));

    /// <summary>Null when it is none.</summary>
    public static (string Domain, Stamp At)? Read(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > LargestBytes) return null;
        try
        {
            using var document = JsonDocument.Parse(payload);
            return document.RootElement is { ValueKind: JsonValueKind.Object } answer
                && answer.TryGetProperty("domain", out var domain) && domain.ValueKind == JsonValueKind.String && domain.GetString() is { Length: > 0 } name
                && answer.TryGetProperty("at", out var at) && at.ValueKind == JsonValueKind.Number && at.TryGetInt64(out var nanoseconds)
                ? (name, new(nanoseconds)) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
