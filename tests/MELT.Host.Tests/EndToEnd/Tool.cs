using System.Diagnostics;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>Programs of the machine that tests lean on; a test that needs one that is not there is skipped and says so.</summary>
internal static class Tool
{
    public static void Need(string name, string package) =>
        Skip.IfNot((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name))), $"{name} is not installed ({package})");

    /// <summary>Exit code and everything said.</summary>
    public static async Task<(int ExitCode, string Text)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }
}
