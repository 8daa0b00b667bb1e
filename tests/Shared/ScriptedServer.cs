using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MELT.Tests;

/// <summary>An HTTP server on a free port of the loopback address that answers byte for byte as a test says: slowly, wrongly, or not to the end.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<ScriptedExchange, Task> _answer;
    private readonly List<ScriptedExchange> _seen = [];
    private readonly Task _running;

    public ScriptedServer(Func<ScriptedExchange, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _running = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public Uri Url => new($"http://127.0.0.1:{Port}/v1");
    public int Connections { get; private set; }

    /// <summary>Everything that was asked, in order.</summary>
    public IReadOnlyList<ScriptedExchange> Seen
    {
        get { lock (_seen) { return [.. _seen]; } }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                Connections++;
                serving.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        client.NoDelay = true;
        using var socket = client;
        await using var stream = new NetworkStream(client);
        try
        {
            while (await ScriptedExchange.ReadAsync(stream, client, _stop.Token) is { } exchange)
            {
                lock (_seen) { _seen.Add(exchange); }
                await _answer(exchange);
                if (exchange.Closed) { return; }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, or the test is over.
        }
    }
}

/// <summary>One question to a <see cref="ScriptedServer"/> and the means to answer it.</summary>
internal sealed class ScriptedExchange
{
    private readonly NetworkStream _stream;
    private readonly Socket _socket;
    private readonly CancellationToken _stop;

    private ScriptedExchange(NetworkStream stream, Socket socket, string head, string body, CancellationToken stop)
    {
        (_stream, _socket, Head, Body, _stop) = (stream, socket, head, body, stop);
        var words = head.Split(' ', 3);
        (Method, Path) = (words[0], words[1]);
    }

    public string Method { get; }
    public string Path { get; }
    /// <summary>Request line and headers as they came.</summary>
    public string Head { get; }
    public string Body { get; }
    public bool Closed { get; private set; }

    /// <summary>A whole answer of JSON.</summary>
    public Task JsonAsync(string json, int status = 200, string headers = "") =>
        WriteAsync($"HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n{headers}\r\n{json}");

    /// <summary>The head of a stream of events; chunks follow.</summary>
    public Task StreamAsync(string headers = "") => WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n{headers}\r\n");

    public Task ChunkAsync(string text) => ChunkAsync(Encoding.UTF8.GetBytes(text));

    public Task ChunkAsync(ReadOnlySpan<byte> bytes) => WriteAsync([.. Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), .. bytes, .. "\r\n"u8]);

    /// <summary>The stream's regular end.</summary>
    public Task EndAsync() => WriteAsync("0\r\n\r\n");

    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    public async Task WriteAsync(byte[] bytes) => await _stream.WriteAsync(bytes, _stop);

    /// <summary>The connection ends here, whatever was promised.</summary>
    public Task CloseAsync()
    {
        Closed = true;
        _socket.Shutdown(SocketShutdown.Both);
        return Task.CompletedTask;
    }

    /// <summary>Keeps silent until the client goes away.</summary>
    public async Task HangAsync()
    {
        Closed = true;
        while (await _stream.ReadAsync(new byte[1], _stop) > 0) { }
    }

    internal static async Task<ScriptedExchange?> ReadAsync(NetworkStream stream, Socket socket, CancellationToken stop)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, stop) == 0) { return null; }
            head.Add(one[0]);
        }
        var text = Encoding.ASCII.GetString([.. head]);
        var length = text.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))?["Content-Length:".Length..].Trim();
        var body = new byte[int.Parse(length ?? "0", CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, stop);
        return new(stream, socket, text, Encoding.UTF8.GetString(body), stop);
    }
}
