using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>
/// The one connection to a server. HTTP/1.1, no proxy, no cookies, no redirections, nothing compressed: what was asked for comes from
/// whom it was asked, when it was sent.
/// </summary>
internal sealed class OpenAiConnection : IDisposable
{
    /// <summary>More is not read of what a server says of itself or of its trouble.</summary>
    private const int MostWords = 1 << 20;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);
    private readonly OpenAiEndpoint _endpoint;
    private readonly HttpClient _client;

    public OpenAiConnection(OpenAiEndpoint endpoint, HostClock clock)
    {
        _endpoint = endpoint;
        Wire = new(clock);
        _client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = endpoint.ConnectLimit,
            MaxConnectionsPerServer = 1,
            ResponseDrainTimeout = TimeSpan.Zero,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = ConnectAsync,
            PlaintextStreamFilter = (context, _) => ValueTask.FromResult(Wire.Connected(context.PlaintextStream)),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    public Wire Wire { get; }

    /// <summary>What the server answers to a plain question; null when it does not know it. Throws <see cref="ServerFailure"/> when there is no server.</summary>
    public async Task<ServerAnswer> AskAsync(Uri address, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(AnswerLimit);
        try
        {
            using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, address), limit.Token, stop);
            var body = await WordsAsync(response, limit.Token);
            return new((int)response.StatusCode, Header(response, "Server"), response.IsSuccessStatusCode ? Parse(body) : null, response.IsSuccessStatusCode ? null : Redact(ServerWords.OfBody(body)));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ServerFailure(ServerFailure.Stalled, $"The server did not answer within {AnswerLimit.TotalSeconds} s.");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new ServerFailure(ServerFailure.Cut, $"The connection broke: {e.Message}");
        }
    }

    /// <summary>Hands a request over and waits for the head of its answer. Whoever gets it disposes it.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, byte[] body, CancellationToken limit, CancellationToken stop)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _endpoint.At(path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Accept.ParseAdd("text/event-stream");
        return await SendAsync(request, limit, stop);
    }

    /// <summary>The text of an answer that is no stream, not without end.</summary>
    public static async Task<string> WordsAsync(HttpResponseMessage response, CancellationToken stop)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(stop);
        var bytes = new byte[MostWords];
        var length = await stream.ReadAtLeastAsync(bytes, MostWords, throwOnEndOfStream: false, stop);
        return System.Text.Encoding.UTF8.GetString(bytes, 0, length);
    }

    /// <summary>Text of the server without what MELT sent it in confidence.</summary>
    public string Redact(string text)
    {
        foreach (var secret in _endpoint.Headers.Values.Append(_endpoint.ApiKey).OfType<string>().Where(s => s.Length >= 4)) { text = text.Replace(secret, "***", StringComparison.Ordinal); }
        return text;
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken limit, CancellationToken stop)
    {
        using var sent = request;
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.AcceptEncoding.ParseAdd("identity");
        if (_endpoint.ApiKey is { } key) { request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}"); }
        foreach (var (name, value) in _endpoint.Headers) { request.Headers.TryAddWithoutValidation(name, value); }
        Wire.Expect();
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit);
        }
        catch (HttpRequestException e)
        {
            throw ServerFailure.Of(e);
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException && !limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new ServerFailure(ServerFailure.Unreachable, $"The server did not take the connection within {_endpoint.ConnectLimit.TotalSeconds} s.");
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        Wire.Connecting();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(' ', values) : null;

    private static JsonElement? Parse(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What a server answered to a plain question; <see cref="Refusal"/> in its words when it would not.</summary>
internal sealed record ServerAnswer(int Status, string? Server, JsonElement? Body, string? Refusal);
