using System.Threading.Channels;
using MELT.Devices.Inference;

namespace MELT.Devices.Links;

/// <summary>How an engine's events come to their end: the last ones are written and the channel completes, unless nobody reads any more.</summary>
internal static class Ending
{
    public static async ValueTask WriteLastAsync(ChannelWriter<EngineEvent> events, CancellationToken abandoned, params EngineEvent[] last)
    {
        try
        {
            foreach (var e in last)
            {
                if (!events.TryWrite(e)) { await events.WriteAsync(e, abandoned); }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed while the channel was full: nobody reads it.
        }
        events.Complete();
    }

    /// <summary>Gives what is still on its way that long to arrive; then nobody is waited for.</summary>
    public static async Task CompleteAsync(Task running, CancellationTokenSource abandoned, TimeSpan patience)
    {
        try
        {
            await running.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            await abandoned.CancelAsync();
            await running;
        }
    }
}
