using System.Collections.Concurrent;
using System.Diagnostics;

namespace MELT.Devices.Links;

/// <summary>
/// Starts processes on one thread that lives as long as this process. A child that asks to die with its parent dies with the
/// <em>thread</em> that started it, and threads of the pool come and go.
/// </summary>
internal static class ProcessStarter
{
    /// <summary>Who starts more at once waits until the earlier ones run.</summary>
    private const int MostWaiting = 64;

    private static readonly Lazy<BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Done)>> Waiting = new(Begin);

    public static Task<Process> StartAsync(ProcessStartInfo start)
    {
        var done = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Waiting.Value.Add((start, done));
        return done.Task;
    }

    private static BlockingCollection<(ProcessStartInfo, TaskCompletionSource<Process>)> Begin()
    {
        var waiting = new BlockingCollection<(ProcessStartInfo, TaskCompletionSource<Process>)>(MostWaiting);
        new Thread(() => Run(waiting)) { IsBackground = true, Name = "process starter" }.Start();
        return waiting;
    }

    private static void Run(BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Done)> waiting)
    {
        foreach (var (start, done) in waiting.GetConsumingEnumerable())
        {
            try
            {
                done.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }
    }
}
