using MELT.Devices.Links;

namespace MELT.Devices.Inference.LlamaCpp.Programs;

/// <summary>Asks a llama.cpp program on a device what it understands and which build it is.</summary>
internal static class LlamaProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Its help and its build; programs without <c>--version</c> (2023) have no build here, their log tells it. Throws <see cref="LinkException"/>.</summary>
    public static async Task<(LlamaHelp Help, string Version, string Words)> AskAsync(ILink link, string executable, IReadOnlyDictionary<string, string> environment, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        try
        {
            var help = await link.RunAsync(new(executable, ["--help"]) { Environment = environment }, limit.Token);
            var words = help.Output + "\n" + help.Error;
            if (!words.Contains("-m", StringComparison.Ordinal)) { throw new LinkException($"'{executable} --help' does not answer like a program of llama.cpp: {help.Complaint}"); }
            var version = await link.RunAsync(new(executable, ["--version"]) { Environment = environment }, limit.Token);
            return (new(words), LlamaLog.BuildIn(version.Output + version.Error) ?? "unknown", words);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new LinkException($"'{executable} --help' did not end within {Limit.TotalSeconds} s.");
        }
    }
}
