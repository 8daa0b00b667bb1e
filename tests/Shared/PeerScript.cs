using System.Diagnostics;

namespace MELT.Tests;

/// <summary>A shell script that keeps a peer of the tests running. Its standard input is the leash: at its end, however that comes about, the peer ends too.</summary>
internal sealed class PeerScript : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Process _process;

    private PeerScript(Process process) => _process = process;

    public int ProcessId => _process.Id;

    /// <summary>Runs until the script says <c>ready</c>. <paramref name="before"/>: a program that runs the shell.</summary>
    public static async Task<PeerScript> StartAsync(string script, IEnumerable<string> arguments, params string[] before)
    {
        string[] words = [.. before, "/bin/sh", "-c", script, "peer-of-tests", .. arguments];
        var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/" })!;
        var said = new List<string>();
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line == "ready") { return new(process); }
            said.Add(line);
        }
        throw new InvalidOperationException($"{before.FirstOrDefault()} did not start: {string.Join('\n', said)}");
    }

    /// <summary>As a device that loses its power: it and everything that it runs ends at once.</summary>
    public async Task KillAsync()
    {
        if (_process.HasExited) { return; }
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _process.Dispose();
    }

    /// <summary>Debian keeps programs of servers out of PATH.</summary>
    public static string? Find(string program) => Mosquitto.Find(program);
}
