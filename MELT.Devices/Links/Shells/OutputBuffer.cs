using System.IO.Pipelines;

namespace MELT.Devices.Links.Shells;

/// <summary>What a program wrote and nobody has read yet. A reader that far behind holds the program up, unless it is being ended.</summary>
internal sealed class OutputBuffer
{
    private const int MostUnread = 1 << 20;
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: MostUnread, resumeWriterThreshold: MostUnread / 2, useSynchronizationContext: false));
    private readonly TaskCompletionSource _hurried = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool _dropping;

    public OutputBuffer() => Reading = _pipe.Reader.AsStream();

    public Stream Reading { get; }

    /// <summary>From now on nothing waits for the reader: what he is too far behind for is dropped.</summary>
    public void Hurry() => _hurried.TrySetResult();

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_dropping) { return; }
        var taken = _pipe.Writer.WriteAsync(bytes).AsTask();
        await Task.WhenAny(taken, _hurried.Task);
        _dropping = !taken.IsCompleted;
    }

    public void Complete() => _pipe.Writer.Complete();

    /// <summary>Everything a stream gives, until its end or its breaking.</summary>
    public async Task FillAsync(Stream from)
    {
        var buffer = new byte[65_536];
        try
        {
            while (await from.ReadAsync(buffer) is > 0 and var read) { await WriteAsync(buffer.AsMemory(0, read)); }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Broken off: what came is all there is.
        }
        Complete();
    }
}
