using System.Diagnostics.CodeAnalysis;
using MELT.Devices.Time;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Decoding;

/// <summary>
/// Turns a <c>readings</c> message into one sample block or a rejection: <c>{"at":…,"value":n}</c>, <c>{"at":…,"values":{"v":…,"i":…}}</c>,
/// or an array of them, each with an optional <c>"seq"</c>; a message may say in <c>"published"</c> when it was handed over. Numbers are taken exactly, as decimals from their text.
/// </summary>
public static class ReadingsDecoder
{
    /// <summary>A message holds at most this many channels.</summary>
    public const int MaximumChannels = 256;

    /// <summary>Decodes one message; readings without <c>at</c> are stamped <paramref name="arrived"/>.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> payload, Stamp arrived, [NotNullWhen(true)] out SampleBlock? block, [NotNullWhen(false)] out Rejection? rejection) =>
        TryDecode(payload, arrived, out block, out _, out rejection);

    /// <summary>The same, with the text of the first <c>published</c>, whatever it is; null when there is none.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> payload, Stamp arrived, [NotNullWhen(true)] out SampleBlock? block, out string? published, [NotNullWhen(false)] out Rejection? rejection)
    {
        (block, published) = (null, null);
        var parser = new ReadingsParser(payload, arrived);
        try
        {
            block = parser.Parse();
            published = parser.Published;
            rejection = block is null ? parser.Rejection! : null;
        }
        catch (Exception e) when (JsonMessage.IsSyntax(e))
        {
            rejection = JsonMessage.Syntax(e);
        }
        return block is not null;
    }
}
