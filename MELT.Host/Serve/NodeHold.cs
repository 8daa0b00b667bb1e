using MELT.Actors.Experiments;
using MELT.Actors.Runtimes;

namespace MELT.Host.Serve;

/// <summary>Holds experiments before a node stops: their sessions are sealed as partial, and they go on when the node is back.</summary>
internal static class NodeHold
{
    public const string Reason = "MELT was stopped";
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Completes when none of them has a running session.</summary>
    public static async Task AllAsync(IActorRuntime runtime, IReadOnlyList<ExperimentState> unfinished, TimeProvider time, CancellationToken limit)
    {
        var left = unfinished.Select(e => e.Id).ToHashSet(StringComparer.Ordinal);
        if (left.Count == 0) return;
        var quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var paused = runtime.Subscribe<ExperimentPaused>(e => Ended(e.Experiment));
        using var finished = runtime.Subscribe<ExperimentFinished>(e => Ended(e.Experiment));
        await Task.WhenAll(unfinished.Select(e => runtime.AskUntilAnsweredAsync(Experiment.KindName, e.Id, new ExperimentCommand.Hold(Reason), AskTimeout, time, limit)));
        await quiet.Task.WaitAsync(limit);

        void Ended(string experiment)
        {
            lock (left)
                if (left.Remove(experiment) && left.Count == 0) quiet.TrySetResult();
        }
    }
}
