using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace MELT.Host.Tests.EndToEnd;

/// <summary><c>melt serve</c> as a child process, and a way to ask it.</summary>
internal sealed class Served : IAsyncDisposable
{
    public const string Serving = " serves: ";

    /// <summary>Of the one certificate that is trusted here.</summary>
    public const string Subject = "CN=melt-of-the-tests";

    private readonly HttpClient _http;

    private Served(Melt melt, string url) => (Melt, Url, _http) = (melt, url, new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate is { Subject: Subject } }) { BaseAddress = new Uri(url) });

    public Melt Melt { get; }
    public string Url { get; }

    public static Task<Served> StartAsync(Place place, params string[] arguments) => StartAsync(place, port: 0, arguments);

    /// <summary>Ready to be asked on this port, 0 for a free one.</summary>
    public static async Task<Served> StartAsync(Place place, int port, params string[] arguments)
    {
        var melt = Melt.Start(place, ["serve", "--bind", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), .. arguments]);
        return new(melt, (await melt.SaysAsync(Serving)).Split("http on ")[1]);
    }

    public Task<(HttpStatusCode Status, string Text)> GetAsync(string path, string? token = null, string? host = null) => AskAsync(HttpMethod.Get, path, null, token, host);

    public async Task<JsonElement> JsonAsync(string path)
    {
        var (status, text) = await GetAsync(path);
        status.ShouldBe(HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    public Task<(HttpStatusCode Status, string Text)> PostAsync(string plan, string type = "application/yaml") =>
        AskAsync(HttpMethod.Post, "/api/experiments", new StringContent(plan, Encoding.UTF8, new MediaTypeHeaderValue(type)), null, null);

    public async Task<(HttpStatusCode Status, string Text)> AskAsync(HttpMethod method, string path, HttpContent? body = null, string? token = null, string? host = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        if (host is not null) request.Headers.Host = host;
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Melt.DisposeAsync();
    }
}
