using System.Collections.Concurrent;
using MELT.Actors.Experiments;
using MELT.Actors.Journal;
using MELT.Actors.Replay;
using MELT.Actors.Runtimes;
using MELT.Host.Commands;

namespace MELT.Host;

/// <summary>What an earlier end of MELT cut off: its experiments come back by themselves and are sealed before anything new begins.</summary>
internal static class Interruption
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Starts the runtime: experiments that continue go on, the others are sealed meanwhile.</summary>
    public static async Task<IReadOnlyList<ExperimentFinished>> GoOnAsync(IActorRuntime runtime, CancellationToken stop)
    {
        await runtime.StartAsync(stop);
        return [];
    }

    /// <summary>Starts the runtime and returns when every unfinished experiment is sealed, or patience ends.</summary>
    public static async Task<IReadOnlyList<ExperimentFinished>> SealAsync(IActorRuntime runtime, IJournal journal, TimeProvider time, CancellationToken stop)
    {
        var open = (await new Catalogue(journal).ExperimentsAsync(stop)).Where(e => e.End is null).ToList();
        // They would run beside what is asked for now, on the same devices.
        if (open.Where(e => e.Continues).Select(e => e.Id).ToList() is { Count: > 0 } going)
            throw new CommandException($"experiment {string.Join(", ", going)} of melt serve is unfinished in this data folder and goes on when melt serve runs. Start melt serve and let it end or cancel it there, or name another folder with --data.");
        var unfinished = open.Select(e => e.Id).ToHashSet();
        var (ended, all) = (new ConcurrentBag<ExperimentFinished>(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        using var listening = runtime.Subscribe<ExperimentFinished>(e =>
        {
            if (!unfinished.Contains(e.Experiment)) return;
            ended.Add(e);
            if (ended.Count == unfinished.Count) all.TrySetResult();
        });
        await runtime.StartAsync(stop);
        try
        {
            if (unfinished.Count > 0) await all.Task.WaitAsync(Patience, time, stop);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{string.Join(", ", unfinished.Except(ended.Select(x => x.Experiment)))} was cut off when MELT last ended and could not be sealed within {Patience.TotalSeconds:0} s. Nothing of it is lost; see melt doctor, then start again.", e);
        }
        return [.. ended];
    }
}
