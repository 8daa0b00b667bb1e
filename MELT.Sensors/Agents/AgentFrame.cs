using System.Globalization;
using System.Text.Json;
using MELT.Devices.Inference;

namespace MELT.Sensors.Agents;

/// <summary>
/// A command or an event as it travels over MQTT: the JSON of the engine's message, and beside its <c>type</c> the session it belongs to and its number there.
/// A command without a number is not to be repeated; an event always has one.
/// </summary>
public sealed class AgentFrame
{
    /// <summary>Type of the event that says a command has arrived; it is between the agent and the laboratory's side alone.</summary>
    public const string TakenType = "taken";

    private readonly JsonElement _message;

    private AgentFrame(JsonElement message, string type, string session, long? number) => (_message, Type, Session, Number) = (message, type, session, number);

    public string Type { get; }
    public string Session { get; }
    public long? Number { get; }
    /// <summary>The number of the command that was taken.</summary>
    public long? Taken => Type == TakenType ? Whole(_message, "command") : null;

    /// <summary>Null when it is none: then <paramref name="problem"/> says why.</summary>
    public static AgentFrame? Read(ReadOnlyMemory<byte> payload, out string? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            var message = document.RootElement.Clone();
            problem = message.ValueKind != JsonValueKind.Object ? "it is not a JSON object"
                : Text(message, "type") is null ? "it has no type"
                : Text(message, "session") is null ? "it has no session"
                : null;
            return problem is null ? new(message, Text(message, "type")!, Text(message, "session")!, Whole(message, "n")) : null;
        }
        catch (JsonException e)
        {
            problem = e.Message;
            return null;
        }
    }

    public EngineCommand? AsCommand() => As(() => _message.Deserialize(EngineJson.Default.EngineCommand));

    public EngineEvent? AsEvent() => As(() => _message.Deserialize(EngineJson.Default.EngineEvent));

    public static byte[] Write(EngineCommand command, string session, long? number) => Enclose(JsonSerializer.SerializeToUtf8Bytes(command, EngineJson.Default.EngineCommand), session, number);

    public static byte[] Write(EngineEvent told, string session, long number) => Enclose(JsonSerializer.SerializeToUtf8Bytes(told, EngineJson.Default.EngineEvent), session, number);

    public static byte[] WriteTaken(long command, string session, long number) =>
        Enclose(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"type\":\"{TakenType}\",\"command\":{command}}}")), session, number);

    /// <summary>The message is an object that is not empty, for it has a type: the keys beside it are added before its last brace.</summary>
    private static byte[] Enclose(byte[] message, string session, long? number) =>
        [.. message.AsSpan(0, message.Length - 1), .. System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $",\"session\":\"{JsonEncodedText.Encode(session)}\"{(number is { } n ? string.Create(CultureInfo.InvariantCulture, $",\"n\":{n}") : "")}}}"))];

    private static T? As<T>(Func<T?> read) where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement message, string key) => message.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static long? Whole(JsonElement message, string key) => message.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number > 0 ? number : null;
}
