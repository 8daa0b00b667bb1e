using System.Text;

namespace MELT.Devices.Inference;

/// <summary>
/// Turns the bytes of tokens into text: characters cut by a token's end wait for their rest, and what may be the beginning of a stop
/// string waits until it is one or is not.
/// </summary>
public sealed class GeneratedText(IReadOnlyList<string>? stops)
{
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _held = new();
    private readonly string[] _stops = [.. (stops ?? []).Where(s => s.Length > 0)];
    private char[] _characters = new char[64];

    /// <summary>A stop string has come; it and what follows is not part of the text.</summary>
    public bool Stopped { get; private set; }

    /// <summary>The text that is certain now.</summary>
    public string Add(ReadOnlySpan<byte> bytes) => Take(bytes, last: false);

    /// <summary>What was still waiting when generation ended.</summary>
    public string End() => Take([], last: true);

    private string Take(ReadOnlySpan<byte> bytes, bool last)
    {
        if (Stopped) { return ""; }
        var most = Encoding.UTF8.GetMaxCharCount(bytes.Length);
        if (_characters.Length < most) { _characters = new char[most]; }
        _held.Append(_characters, 0, _utf8.GetChars(bytes, _characters, flush: last));
        if (_stops.Length == 0) { return Release(_held.Length); }
        var text = _held.ToString();
        var at = _stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
        if (at >= 0)
        {
            Stopped = true;
            return Release(at);
        }
        return Release(text.Length - (last ? 0 : _stops.Max(stop => BeginningAtEnd(text, stop))));
    }

    private static int BeginningAtEnd(string text, string stop)
    {
        for (var length = Math.Min(text.Length, stop.Length - 1); length > 0; length--)
        {
            if (text.AsSpan().EndsWith(stop.AsSpan(0, length))) { return length; }
        }
        return 0;
    }

    private string Release(int length)
    {
        var text = _held.ToString(0, length);
        _held.Remove(0, length);
        return text;
    }
}
