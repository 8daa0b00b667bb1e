using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MELT.Tests;

/// <summary>A mosquitto of our own: free port, temporary folder, persistence on.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    public static readonly string? Program = Find("mosquitto");
    public const string Missing = "mosquitto is not installed (apt-get install mosquitto mosquitto-clients)";

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    private readonly string _folder = Directory.CreateTempSubdirectory("melt-mosquitto-").FullName;
    private Process? _process;

    public int Port { get; private set; }

    public static async Task<Mosquitto> StartAsync()
    {
        var broker = new Mosquitto { Port = FreePort() };
        await broker.RunAsync();
        return broker;
    }

    /// <summary>Terminated, so that it saves its sessions, and started again on the same port.</summary>
    public async Task RestartAsync(Action whileDown)
    {
        await StopAsync();
        whileDown();
        await RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public static string? Find(string program) => new[] { "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin" }
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private async Task RunAsync()
    {
        var configuration = Path.Combine(_folder, "mosquitto.conf");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture,
            $"listener {Port} 127.0.0.1\nallow_anonymous true\nuser {Environment.UserName}\nlog_dest stderr\nlog_type all\npersistence true\npersistence_location {_folder}/\n"));
        _process = Process.Start(new ProcessStartInfo(Program!, ["-c", configuration]) { RedirectStandardError = true })!;
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var log = new StringBuilder();
        _process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null) running.TrySetException(new InvalidOperationException($"mosquitto did not start: {log}"));
            else if (e.Data.Contains("running", StringComparison.Ordinal)) running.TrySetResult();
            else if (!running.Task.IsCompleted) log.AppendLine(e.Data);
        };
        _process.BeginErrorReadLine();
        await running.Task.WaitAsync(Soon);
    }

    private async Task StopAsync()
    {
        if (_process is null) return;
        var exited = _process.WaitForExitAsync(Soon);
        while (!exited.IsCompleted)
        {
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await Task.WhenAny(exited, Task.Delay(TimeSpan.FromSeconds(1)));   // mosquitto forgets a signal that comes while it starts: once more
        }
        await exited;
        _process.Dispose();
        _process = null;
    }
}
