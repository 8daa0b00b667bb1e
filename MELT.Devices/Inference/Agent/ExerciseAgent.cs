namespace MELT.Devices.Inference.Agent;

/// <summary>An agent without a framework: it loads the device in steps and answers clock probes, so a meter can be checked where nothing else runs.</summary>
public static class ExerciseAgent
{
    /// <summary>Runs until the parent says exit, closes the input or dies. Returns the process's exit code.</summary>
    public static async Task<int> RunAsync(TimeProvider time, CancellationToken stop)
    {
        using var child = ChildProcess.Begin();
        if (child is null) { return 1; }
        try
        {
            await EngineHost.RunAsync(Console.OpenStandardInput(), child.Events, new Handler(), time, stop);
            return 0;
        }
        catch (IOException)
        {
            // The parent no longer reads: it is gone, and so is the reason to be here.
            return 1;
        }
    }

    private sealed class Handler : IEngineHandler
    {
        public EngineIdentity? TryStart(out string? reason)
        {
            reason = null;
            return new("exercise", "1");
        }

        public void Load(EngineCommand.Load command, EngineOutput output, CancellationToken stop) =>
            output.Write(new EngineEvent.Failed(output.Now, null, "load-failed", "this agent only loads the device in steps; it has no models"));

        public void Evaluate(EngineCommand.Request command, EngineOutput output, CancellationToken cancelled)
        {
            output.Write(new EngineEvent.Failed(output.Now, command.Index, "evaluation-failed", "this agent only loads the device in steps; it has no models"));
            output.Write(new EngineEvent.Finished(output.Now, command.Index, "failed", new(0, 0, 0), null));
        }

        public void Dispose() { }
    }
}
