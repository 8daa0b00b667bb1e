using MELT.Devices.Time;

namespace MELT.Sensors.Instruments.Csv;

/// <summary>A piece of a stream of lines: one line without its end, and when it was read.</summary>
internal delegate ValueTask TakeLine(ReadOnlyMemory<byte> line, Stamp arrived);

/// <summary>Cuts a stream of bytes into lines. Lines that came with one read have one moment of arrival; a longer line than allowed is handed over cut, and never held.</summary>
internal static class LineFeed
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Until the stream ends; true when it ended in the middle of a line.</summary>
    /// <param name="more">Called where the stream has no more for now; false: that is its end.</param>
    public static async Task<bool> ReadAsync(Stream stream, int longest, Func<Stamp> now, TakeLine take, Func<CancellationToken, ValueTask<bool>> more, CancellationToken stop)
    {
        var buffer = new byte[BufferBytes];
        var (from, to, overlong) = (0, 0, false);
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var read = await stream.ReadAsync(buffer.AsMemory(to), stop);
            if (read == 0)
            {
                if (await more(stop)) continue;
                return to > from || overlong;
            }
            var arrived = now();
            var searched = to;
            to += read;
            for (int end; (end = Array.IndexOf(buffer, (byte)'\n', searched, to - searched)) >= 0; (from, searched, overlong) = (end + 1, end + 1, false))
                if (!overlong) await take(buffer.AsMemory(from, end - from), arrived);
            if (from == to) (from, to) = (0, 0);
            else if (to - from > longest)
            {
                if (!overlong) await take(buffer.AsMemory(from, longest + 1), arrived);
                (from, to, overlong) = (0, 0, true);
            }
            else if (from > 0)
            {
                buffer.AsSpan(from, to - from).CopyTo(buffer);
                (from, to) = (0, to - from);
            }
        }
    }
}
