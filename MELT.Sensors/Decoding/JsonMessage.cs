using System.Globalization;
using System.Text.Json;

namespace MELT.Sensors.Decoding;

/// <summary>What the JSON decoders share: how a reader is set up and how a complaint reads.</summary>
internal static class JsonMessage
{
    private const int LongestQuote = 48;

    public static Utf8JsonReader Reader(ReadOnlySpan<byte> payload, int depth) => new(payload, new JsonReaderOptions { MaxDepth = depth });

    public static bool IsSyntax(Exception e) => e is JsonException or InvalidOperationException;     // the latter: text that is not Unicode

    public static Rejection Syntax(Exception e) => new(Rejection.Malformed, e is JsonException
        ? $"not a JSON message: {e.Message}"
        : "not a JSON message: text that is not valid Unicode");

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
