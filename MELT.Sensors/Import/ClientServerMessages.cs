using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MELT.Sensors.Clocks;
using MELT.Sensors.Decoding;

namespace MELT.Sensors.Import;

/// <summary>
/// The messages between MLPerf's power client and server. A question answered at once is a clock exchange: the client's stamps of question and answer,
/// and between them the server's, from its answer (<c>time</c>) or from its own file.
/// </summary>
internal static class ClientServerMessages
{
    /// <summary>Answers that took longer were worked for.</summary>
    private const long AtOnce = 1_000_000_000;

    public static ImmutableArray<ClockExchange> Exchanges(RecordFile client, RecordFile? server)
    {
        var (asked, answered) = (Messages(client), server is null ? [] : Messages(server));
        var exchanges = ImmutableArray.CreateBuilder<ClockExchange>();
        foreach (var (message, i) in asked.Select((m, i) => (m, i)))
        {
            if (message.Answered < message.Asked) throw client.Wrong(Place(i), "the answer came before the question", "rising times");
            if (message.Answered - message.Asked > AtOnce) continue;
            if (message.Command == "time") exchanges.Add(new(new(message.Asked), new(Seconds(client, Place(i), message.Reply)), new(message.Answered)));
            else if (i < answered.Count && answered[i].Command == message.Command) exchanges.Add(new(new(message.Asked), new(answered[i].Asked), new(message.Answered)));
        }
        return exchanges.Count > 0 ? exchanges.ToImmutable() : throw client.Wrong(null, "no clock exchange", "messages \"time\" with their answers");
    }

    private static List<(string Command, string Reply, long Asked, long Answered)> Messages(RecordFile file)
    {
        try
        {
            using var json = JsonDocument.Parse(file.Bytes);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array)
                throw file.Wrong(null, "no messages", "an object with an array \"messages\"");
            return [.. messages.EnumerateArray().Select((m, i) => (Text(m, "cmd", i), Text(m, "reply", i), Time(m, "cmd_time", i), Time(m, "reply_time", i)))];
        }
        catch (Exception e) when (JsonMessage.IsSyntax(e))
        {
            throw file.Wrong(e is JsonException { LineNumber: { } line } ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}") : null, "no JSON", "an object with an array \"messages\"", e);
        }

        JsonElement Field(JsonElement message, string key, JsonValueKind kind, int i) =>
            message.ValueKind == JsonValueKind.Object && message.TryGetProperty(key, out var value) && value.ValueKind == kind ? value : throw file.Wrong(Place(i), $"no {key}", $"a {kind.ToString().ToLowerInvariant()} {key}");
        string Text(JsonElement message, string key, int i) => Field(message, key, JsonValueKind.String, i).GetString()!;
        long Time(JsonElement message, string key, int i) => Seconds(file, Place(i), Field(message, key, JsonValueKind.Number, i).GetRawText());
    }

    // Exact: seconds since 1970 with more digits than a double keeps.
    private static long Seconds(RecordFile file, string place, string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 9_000_000_000m
            ? (long)Math.Round(seconds * 1_000_000_000m)
            : throw file.Wrong(place, JsonMessage.Quote(text), "a time in seconds since 1970");

    private static string Place(int i) => string.Create(CultureInfo.InvariantCulture, $"message {i + 1}");
}
