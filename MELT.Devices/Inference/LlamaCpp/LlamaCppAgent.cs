using MELT.Devices.Inference.Agent;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>llama.cpp in a process of its own: commands on standard input, events on standard output, llama.cpp's warnings on standard error.</summary>
public static class LlamaCppAgent
{
    /// <summary>Runs until the parent says exit, closes the input or dies. Returns the process's exit code. Nothing may be written to the console before.</summary>
    public static async Task<int> RunAsync(TimeProvider time, CancellationToken stop)
    {
        using var child = ChildProcess.Begin();
        if (child is null) { return 1; }
        NativeLog.Written += static (level, text) =>
        {
            if (level >= NativeLogLevel.Warning) { Console.Error.Write(text); }
        };
        using var engine = new LlamaEngine();
        try
        {
            await EngineHost.RunAsync(Console.OpenStandardInput(), child.Events, engine, time, stop);
            return 0;
        }
        catch (IOException)
        {
            // The parent no longer reads: it is gone, and so is the reason to be here.
            return 1;
        }
    }
}
