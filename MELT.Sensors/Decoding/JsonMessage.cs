using System.Globalization;
using System.Text.Json;

namespace MELT.Sensors.Decoding;

/// <summary>What the JSON decoders share: how a reader is set up and how a complaint reads.</summary>
internal static class JsonMessage
{
    private const int LongestQuote = 48;
    private const int LongestMessageEnd = 120;

    public static Utf8JsonReader Reader(ReadOnlySpan<byte> payload, int depth) => new(payload, new JsonReaderOptions { MaxDepth = depth });

    public static bool IsSyntax(Exception e) => e is JsonException or InvalidOperationException;     // the latter: text that is not Unicode

    public static Rejection Syntax(Exception e) => new(Rejection.Malformed, e is JsonException
        ? $"not a JSON message: {Shortened(e.Message)}"
        : "not a JSON message: text that is not valid Unicode");

    // The reader quotes a whole wrong token, however long; where it stands is told at the end.
    private static string Shortened(string message) => message.Length <= 2 * LongestMessageEnd ? message : $"{message[..LongestMessageEnd]}…{message[^LongestMessageEnd..]}";

    public static string Where(int? index) => index is { } i ? string.Create(CultureInfo.InvariantCulture, $"reading {i}: ") : "";

    public static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a truth value",
        JsonTokenType.Null => "null",
        _ => "something else",
    };

    /// <summary>Sender's text as it may be printed: short, without control characters.</summary>
    public static string Quote(string text)
    {
        var shortened = text.Length <= LongestQuote ? text : text[..LongestQuote] + "…";
        return $"\"{string.Concat(shortened.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c))}\"";
    }
}
