using System.Collections.Immutable;
using System.Globalization;
using MELT.Devices.Time;

namespace MELT.Sensors.Instruments.Remote;

/// <summary>Lines that a program on a device wrote, and the stamp with which the device closed them.</summary>
public sealed record DeviceFrame(Stamp At, ImmutableArray<string> Lines);

/// <summary>
/// Takes frames out of a stream: lines, closed by one that begins with the mark and tells the stamp. What comes before the mark can hold
/// anything, since nothing on the device knows the mark; a frame without its end, without a readable stamp or beyond the limits is cut, and counted.
/// </summary>
public sealed class FrameReader(Stream stream, string mark)
{
    /// <summary>A longer line is shortened; a frame of more lines is dropped. Neither happens with files of the kernel.</summary>
    private const int LongestLine = 1 << 16, MostLines = 1 << 14;

    private readonly byte[] _buffer = new byte[1 << 14];
    private readonly List<byte> _line = [];
    private int _at, _end;

    public long Cut { get; private set; }

    /// <summary>The next whole frame; null when the stream has ended.</summary>
    public async Task<DeviceFrame?> NextAsync(CancellationToken stop)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        var overrun = false;
        while (await LineAsync(stop) is { } line)
        {
            if (!line.StartsWith(mark, StringComparison.Ordinal))
            {
                if (lines.Count < MostLines) lines.Add(line);
                else overrun = true;
                continue;
            }
            if (!overrun && TryStamp(line.AsSpan(mark.Length).Trim(), out var at)) return new(at, lines.ToImmutable());
            Cut++;
            lines.Clear();
            overrun = false;
        }
        if (lines.Count > 0) Cut++;
        return null;
    }

    /// <summary>Nanoseconds, or seconds with a fraction, since 1970.</summary>
    public static bool TryStamp(ReadOnlySpan<char> text, out Stamp stamp)
    {
        stamp = default;
        if (text.Length < 11) return false;                // seconds alone: the device cannot tell finer
        var point = text.IndexOf('.');
        if (point < 0)
        {
            var reads = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) && text.Length >= 19;
            stamp = new(whole);
            return reads;
        }
        var fraction = text[(point + 1)..];
        if (fraction.Length is < 3 or > 9
            || !long.TryParse(text[..point], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > long.MaxValue / 1_000_000_000 - 1
            || !long.TryParse(fraction, NumberStyles.None, CultureInfo.InvariantCulture, out var part)) return false;
        for (var i = fraction.Length; i < 9; i++) part *= 10;
        stamp = new(seconds * 1_000_000_000 + part);
        return true;
    }

    private async Task<string?> LineAsync(CancellationToken stop)
    {
        _line.Clear();
        while (true)
        {
            if (_at == _end)
            {
                (_at, _end) = (0, await stream.ReadAsync(_buffer, stop));
                if (_end == 0) return _line.Count > 0 ? Text() : null;
            }
            var newline = Array.IndexOf(_buffer, (byte)'\n', _at, _end - _at);
            var to = newline < 0 ? _end : newline;
            var room = Math.Min(to - _at, LongestLine - _line.Count);
            _line.AddRange(_buffer.AsSpan(_at, room));
            _at = newline < 0 ? _end : newline + 1;
            if (newline >= 0) return Text();
        }
    }

    private string Text() => System.Text.Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_line)).TrimEnd('\r');
}
