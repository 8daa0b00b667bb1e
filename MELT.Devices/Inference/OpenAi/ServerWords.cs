using System.Text.Json;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>What a server says of its trouble, short enough to be read, and how its JSON is looked into without ever failing.</summary>
internal static class ServerWords
{
    private const int Longest = 300;

    /// <summary>The words in an <c>error</c> value: a text, or an object with a message.</summary>
    public static string Of(JsonElement error) => Shorten(error.ValueKind switch
    {
        JsonValueKind.String => error.GetString()!,
        JsonValueKind.Object when error.Member("message") is { ValueKind: JsonValueKind.String } message => message.GetString()!,
        JsonValueKind.Object when error.Member("error") is { } inner => Of(inner),
        JsonValueKind.Object when error.Member("detail") is { ValueKind: JsonValueKind.String } detail => detail.GetString()!,
        _ => error.GetRawText(),
    });

    /// <summary>The words in the body of a refusal, be it JSON or text.</summary>
    public static string OfBody(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return Of(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Shorten(body);
        }
    }

    public static string Shorten(string words)
    {
        var line = string.Join(' ', words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= Longest ? line : line[..Longest] + "…";
    }

    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    public static int? Whole(this JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) ? value : null;

    public static double? Real(this JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && double.IsFinite(value) ? value : null;

    public static string? Words(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;
}
