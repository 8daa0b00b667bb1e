using System.Net.Sockets;

namespace MELT.Sensors.Instruments.PtDaemon;

/// <summary>
/// One connection to a PTDaemon: a command per line, answered by a line (mlcommons/power-dev, ptd_client_server/lib/server.py; ptd_logs.txt of submissions).
/// It throws <see cref="PtDaemonException"/> for whatever is not the answer it should be.
/// </summary>
internal sealed class PtDaemonConnection : IAsyncDisposable
{
    private const string Greeting = "Hello, PTDaemon here!";
    /// <summary>Setting a range takes 1.5 s of an analyzer that was recorded.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _client;
    private readonly StreamReader _answers;
    private readonly PtDaemonSettings _settings;
    private readonly TimeProvider _time;

    private PtDaemonConnection(TcpClient client, PtDaemonSettings settings, TimeProvider time) => (_client, _answers, _settings, _time) = (client, new(client.GetStream()), settings, time);

    /// <summary>What the daemon says of itself and its analyzer: <c>YokogawaWT330E,1000,…,version=…</c>.</summary>
    public string Identity { get; private set; } = "";

    public static async Task<PtDaemonConnection> OpenAsync(PtDaemonSettings settings, TimeProvider time, CancellationToken stop)
    {
        var client = new TcpClient { NoDelay = true };
        PtDaemonConnection? connection = null;
        try
        {
            await client.ConnectAsync(settings.Host, settings.Port, stop).AsTask().WaitAsync(Patience, time, stop);
            connection = new(client, settings, time);
            if (await connection.AskAsync("Hello", stop) is var said && said != Greeting) throw connection.Wrong("Hello", said);
            connection.Identity = await connection.DoAsync("Identify", stop);
            return connection;
        }
        catch (Exception e)
        {
            client.Dispose();
            if (e is SocketException or TimeoutException)
                throw new PtDaemonException($"PTDaemon of {settings.Meter}: nobody answers at {settings.Address} ({e.Message}). Start PTDaemon there, or correct melt.instruments.ptdaemon.{settings.Meter.Name}.address.", e);
            throw;
        }
    }

    /// <summary>The answer to a command, whatever it is.</summary>
    public async Task<string> AskAsync(string command, CancellationToken stop)
    {
        try
        {
            await _client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"), stop);
        }
        catch (IOException e) { throw Gone(e); }
        return await LineAsync(command, stop);
    }

    /// <summary>The answer to a command that has to be done.</summary>
    public async Task<string> DoAsync(string command, CancellationToken stop)
    {
        var said = await AskAsync(command, stop);
        return IsError(said) ? throw Wrong(command, said) : said;
    }

    /// <summary>One more line of an answer.</summary>
    public async Task<string> LineAsync(string command, CancellationToken stop)
    {
        try
        {
            return await _answers.ReadLineAsync(stop).AsTask().WaitAsync(Patience, _time, stop) ?? throw Gone(null);
        }
        catch (IOException e) { throw Gone(e); }
        catch (TimeoutException e) { throw new PtDaemonException($"PTDaemon of {_settings.Meter} at {_settings.Address} did not answer \"{command}\" in {Patience.TotalSeconds:0} s", e); }
    }

    public PtDaemonException Wrong(string command, string said) => new($"PTDaemon of {_settings.Meter} at {_settings.Address} answers \"{command}\" with {Decoding.JsonMessage.Quote(said)}");

    public static bool IsError(string said) => said.StartsWith("Error", StringComparison.OrdinalIgnoreCase) || said.StartsWith("Unknown command", StringComparison.OrdinalIgnoreCase) || said.StartsWith("Invalid", StringComparison.OrdinalIgnoreCase);

    public ValueTask DisposeAsync()
    {
        _answers.Dispose();
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private PtDaemonException Gone(Exception? inner) => new($"PTDaemon of {_settings.Meter} at {_settings.Address} closed the connection", inner);
}
