using System.Text.Json;

namespace MELT.Sensors.Import.Original;

/// <summary>JSON that stops somewhere: what was whole before, with everything open closed.</summary>
internal static class CutJson
{
    /// <summary>Null when nothing was whole. An array's last element is kept only when it is whole itself, so that no half a prompt is taken for one.</summary>
    public static JsonDocument? Mended(byte[] utf8)
    {
        var reader = new Utf8JsonReader(utf8, isFinalBlock: false, default);
        var open = new Stack<byte>();
        (long At, byte[] Closing)? whole = null;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartObject) open.Push((byte)'}');
                else if (reader.TokenType is JsonTokenType.StartArray) open.Push((byte)']');
                else if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray) open.Pop();
                // Behind a whole element of an array everything that is still open can be closed.
                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray && (open.Count == 0 || open.Peek() == (byte)']')) whole = (reader.BytesConsumed, [.. open]);
            }
        }
        catch (JsonException)
        {
            // Wrong from here on; what was whole before stays.
        }
        return whole is { } end ? JsonDocument.Parse((byte[])[.. utf8.AsSpan(0, (int)end.At), .. end.Closing]) : null;
    }
}
