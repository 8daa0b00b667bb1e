using System.Text;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>
/// Cuts a stream of server-sent events (WHATWG HTML, section 9.2) into the data of its events, however its bytes are cut on the way:
/// lines end with CRLF, LF or CR, comments and other fields are passed over, several <c>data</c> lines are one event.
/// </summary>
public sealed class SseReader
{
    /// <summary>More in one event is no token.</summary>
    public const int LongestEvent = 16 << 20;

    private const byte LineFeed = (byte)'\n', CarriageReturn = (byte)'\r';
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private readonly MemoryStream _line = new();
    private readonly StringBuilder _data = new();
    private bool _hasData, _afterReturn, _begun;

    /// <summary>What the stream holds and may not hold: bytes that are not UTF-8, or an event without end. Nothing is read after it.</summary>
    public string? Broken { get; private set; }

    /// <summary>The data of the events that these bytes complete.</summary>
    public IReadOnlyList<string> Read(ReadOnlySpan<byte> bytes)
    {
        List<string>? events = null;
        foreach (var b in bytes)
        {
            if (Broken is not null) { break; }
            var secondOfPair = _afterReturn && b == LineFeed;
            _afterReturn = b == CarriageReturn;
            if (secondOfPair) { continue; }
            if (b is LineFeed or CarriageReturn)
            {
                if (EndLine() is { } data) { (events ??= []).Add(data); }
                continue;
            }
            _line.WriteByte(b);
            if (_line.Length + _data.Length > LongestEvent) { Broken = "an event that does not end"; }
        }
        return events ?? [];
    }

    /// <summary>
    /// The stream has ended. Servers that forget the last empty line have still sent an event; what else is left over is described by
    /// <paramref name="rest"/>, null when nothing is.
    /// </summary>
    public string? End(out string? rest)
    {
        rest = null;
        var line = _line.ToArray();
        if (EndsInsideCharacter(line)) { rest = "in the middle of a UTF-8 character"; }
        else if (line.Length > 0 && !line.AsSpan().TrimEnd((byte)' ').EndsWith("[DONE]"u8)) { rest = "in the middle of a line"; }
        _ = rest is null && line.Length > 0 ? EndLine() : null;
        _line.SetLength(0);
        return rest is null ? EndEvent() : null;
    }

    private string? EndLine()
    {
        var bytes = _line.GetBuffer().AsSpan(0, (int)_line.Length);
        if (!_begun && bytes.StartsWith(Encoding.UTF8.Preamble)) { bytes = bytes[Encoding.UTF8.Preamble.Length..]; }
        _begun = true;
        if (bytes.IsEmpty) { return EndEvent(); }
        var line = Text(bytes);
        _line.SetLength(0);
        if (line is null || (line != "data" && !line.StartsWith("data:", StringComparison.Ordinal))) { return null; }
        var value = line.Length <= "data:".Length ? "" : line["data:".Length..];
        if (_hasData) { _data.Append('\n'); }
        _data.Append(value.StartsWith(' ') ? value.AsSpan(1) : value);
        _hasData = true;
        return null;
    }

    private string? EndEvent()
    {
        _line.SetLength(0);
        if (!_hasData) { return null; }
        var data = _data.ToString();
        _data.Clear();
        _hasData = false;
        return data;
    }

    private string? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            Broken = "bytes that are no UTF-8 character";
            return null;
        }
    }

    private static bool EndsInsideCharacter(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var b = bytes[^back];
            if ((b & 0xC0) == 0x80) { continue; }
            return b >= 0xC0 && back < (b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2);
        }
        return false;
    }
}
