using MELT.Actors.Behaviors;

namespace MELT.Actors.Runtimes;

/// <summary>For commands that may be repeated: a failed or timed-out ask means unknown, so ask again.</summary>
public static class AskUntilAnswered
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Asks until an answer other than <see cref="Failed"/> comes, with growing pauses, or until <paramref name="stop"/>.</summary>
    public static async Task<object> AskUntilAnsweredAsync(this IActorRuntime runtime, string kind, string id, object command, TimeSpan timeout, TimeProvider time, CancellationToken stop)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                if (await runtime.Ask(kind, id, command, timeout) is var answer and not Failed) return answer;
            }
            catch (TimeoutException) { }
            await Task.Delay(pause, time, stop);
        }
    }
}
