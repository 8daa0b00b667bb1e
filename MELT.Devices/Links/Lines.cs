using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using MELT.Devices.Time;

namespace MELT.Devices.Links;

/// <summary>
/// Reads what a process writes line by line; each line comes with the moment it was read. A line longer than the limit comes in pieces of
/// that length. After the process has ended, what it left in the pipe is read, however slowly it is taken; but a grandchild that holds
/// the pipe open is not waited for.
/// </summary>
internal static class Lines
{
    private static readonly TimeSpan Lingering = TimeSpan.FromSeconds(1);

    public static async Task ReadAsync(Stream stream, int longest, HostClock clock, Func<string, Stamp, ValueTask> take, Task ended, CancellationToken stop)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var reading = reader.ReadAsync(stop).AsTask();
                await Task.WhenAny(reading, ended);
                var read = await reading.WaitAsync(ended.IsCompleted ? Lingering : Timeout.InfiniteTimeSpan, stop);
                var at = clock.Now;
                var buffer = read.Buffer;
                while (Next(ref buffer, longest, read.IsCompleted) is { } line) { await take(line, at); }
                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted) { return; }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException or IOException or ObjectDisposedException)
        {
            // What was not read by now will not be read.
        }
    }

    private static string? Next(ref ReadOnlySequence<byte> buffer, int longest, bool last)
    {
        var end = buffer.PositionOf((byte)'\n');
        var length = end is { } newline ? buffer.Slice(0, newline).Length : buffer.Length;
        if (length > longest)
        {
            var piece = Encoding.UTF8.GetString(buffer.Slice(0, longest));
            buffer = buffer.Slice(longest);
            return piece;
        }
        if (end is null && (!last || buffer.IsEmpty)) { return null; }
        var line = Encoding.UTF8.GetString(buffer.Slice(0, length));
        buffer = end is { } at ? buffer.Slice(buffer.GetPosition(1, at)) : buffer.Slice(length);
        return line;
    }
}
