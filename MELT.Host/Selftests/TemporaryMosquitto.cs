using System.Globalization;
using System.Net.Sockets;
using MELT.Host.Commands;

namespace MELT.Host.Selftests;

/// <summary>A mosquitto of a selftest's own, on loopback, that holds every message until it is acknowledged.</summary>
internal sealed class TemporaryMosquitto : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), BetweenTries = TimeSpan.FromMilliseconds(50);
    private readonly LeashedProcess _process;

    private TemporaryMosquitto(LeashedProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{Port}");

    /// <summary>Why it is not there any more; null: it is.</summary>
    public string? OwnEnd => _process.ExitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $"mosquitto ended by itself with exit code {code}") : null;

    /// <summary>Starts one that keeps its files in <paramref name="folder"/>, or says in <see cref="CommandException"/> what is missing.</summary>
    public static async Task<TemporaryMosquitto> StartAsync(string folder, TimeProvider time, CancellationToken stop)
    {
        var program = Program() ?? throw new CommandException("mosquitto is not installed here (apt-get install mosquitto)");
        var (port, settings, log) = (LowPort.Free(), Path.Combine(Directory.CreateDirectory(folder).FullName, "mosquitto.conf"), new StreamWriter(Path.Combine(folder, "mosquitto.log")));
        await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture, $"""
            listener {port} 127.0.0.1
            user {Environment.UserName}
            allow_anonymous true
            persistence true
            persistence_location {folder}/
            max_queued_messages 0
            max_inflight_messages 100

            """), stop);
        var process = await LeashedProcess.StartAsync(program, ["-c", settings], [], log.WriteLine);
        _ = process.Ended.ContinueWith(_ => log.Dispose(), TaskScheduler.Default);
        var broker = new TemporaryMosquitto(process, port);
        try
        {
            await broker.ListensAsync(time, stop);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task ListensAsync(TimeProvider time, CancellationToken stop)
    {
        for (var begun = time.GetTimestamp(); ; await Task.Delay(BetweenTries, time, stop))
        {
            if (_process.Ended.IsCompleted || time.GetElapsedTime(begun) > Patience) throw new CommandException($"mosquitto did not start{_process.Said}");
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync("127.0.0.1", Port, stop);
                return;
            }
            catch (SocketException) { }                       // not yet
        }
    }

    /// <summary>Debian keeps it where only root's PATH looks.</summary>
    private static string? Program() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append("/usr/sbin").Append("/usr/local/sbin").Select(folder => Path.Combine(folder, "mosquitto")).FirstOrDefault(File.Exists);
}
