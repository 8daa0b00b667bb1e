using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MELT.Host.Commands;
using MELT.Host.Configuration;
using MELT.Sensors.Meters;

namespace MELT.Host.Serve;

/// <summary>Asks a node over HTTP, with the token of this side's settings; what the node refuses is told as it says it.</summary>
internal sealed class NodeClient : IDisposable
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(30);

    /// <summary>A node answers a plan once its models are files, which takes long for large synthetic ones.</summary>
    private static readonly TimeSpan BeginPatience = TimeSpan.FromMinutes(10);

    private readonly HttpClient _http;

    /// <param name="url">The node; null: the one that the settings of this side would start.</param>
    public NodeClient(string? url, ServeOptions own)
    {
        url ??= $"{(own.Certificate is null ? "http" : "https")}://{own.Bind}";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var node) || node.Scheme is not ("http" or "https") || node.Host.Length == 0)
            throw new CommandException($"--at {url}: write the address of a node as http://HOST:PORT or https://HOST:PORT", ExitCode.Usage);
        Address = node.GetLeftPart(UriPartial.Authority);
        // A redirection would carry the token to somebody else.
        _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(Address), Timeout = Timeout.InfiniteTimeSpan };
        if (own.Token is not null && node is { Scheme: "http", IsLoopback: false }) Surroundings.Remark($"warning: the token goes to {Address} readable by whoever is between; use https");
        if (own.Token is { } token) _http.DefaultRequestHeaders.Authorization = new("Bearer", token.Reveal());
    }

    public string Address { get; }

    /// <summary>Sends a plan; the id of its experiment.</summary>
    public async Task<string> BeginAsync(string plan, CancellationToken stop)
    {
        using var body = new StringContent(plan, new UTF8Encoding(false), new MediaTypeHeaderValue("application/yaml"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/experiments") { Content = body };
        return (await AskAsync(request, NodeJson.Default.BegunAnswer, stop)).Experiment;
    }

    public async Task<ListedExperiment> ExperimentAsync(string id, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/experiments/{Uri.EscapeDataString(id)}");
        return await AskAsync(request, ListJson.Default.ListedExperiment, stop);
    }

    public async Task<ClusterAnswer> ClusterAsync(CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/cluster");
        return await AskAsync(request, NodeJson.Default.ClusterAnswer, stop);
    }

    /// <summary>Gives an experiment up.</summary>
    public async Task CancelAsync(string id, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/experiments/{Uri.EscapeDataString(id)}");
        await AskAsync(request, ListJson.Default.ListedExperiment, stop);
    }

    /// <summary>What a meter holds.</summary>
    public async Task<MeterAnswer> MeterAsync(MeterId meter, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/meters/{Uri.EscapeDataString(meter.Device.Value)}/{Uri.EscapeDataString(meter.Name)}");
        return await AskAsync(request, NodeJson.Default.MeterAnswer, stop);
    }

    /// <summary>Address of the node where an entity lives; null: of none just now.</summary>
    public async Task<string?> HomeAsync(string kind, string id, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/entities/{kind}/{id}");
        return (await AskAsync(request, NodeJson.Default.EntityAnswer, stop)).Node;
    }

    /// <summary>Whether it takes work and readings now; throws <see cref="NodeUnreachableException"/> where it does not.</summary>
    public async Task<ReadyAnswer> ReadyAsync(CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ready");
        return await AskAsync(request, NodeJson.Default.ReadyAnswer, stop);
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> AskAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken stop)
    {
        var patience = request.Method == HttpMethod.Post ? BeginPatience : AnswerPatience;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(patience);
        try
        {
            using var answer = await _http.SendAsync(request, limit.Token);
            var text = await answer.Content.ReadAsStringAsync(limit.Token);
            if (answer.IsSuccessStatusCode) return JsonSerializer.Deserialize(text, type) ?? throw new JsonException("null");
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) throw new NodeUnreachableException(Complaint(answer.StatusCode, text));
            throw new CommandException(Complaint(answer.StatusCode, text), answer.StatusCode is HttpStatusCode.BadRequest ? ExitCode.Usage : ExitCode.Failed);
        }
        catch (HttpRequestException e)
        {
            throw new NodeUnreachableException($"there is no answer from {Address}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new NodeUnreachableException($"there is no answer from {Address} within {patience.TotalSeconds:0} s", e);
        }
        catch (JsonException e)
        {
            throw new CommandException($"{Address} did not answer as a node of MELT does: {e.Message}");
        }
    }

    private string Complaint(HttpStatusCode status, string text)
    {
        if (status == HttpStatusCode.Unauthorized) return $"{Address} wants a token: set MELT_SERVE_TOKEN to the one the node was started with.";
        try
        {
            if (JsonSerializer.Deserialize(text, NodeJson.Default.ReadyAnswer) is { Reasons: { } reasons }) return string.Join("; ", reasons.Select(r => $"{Address}: {r.Part}: {r.Text}"));
            var error = JsonSerializer.Deserialize(text, NodeJson.Default.ErrorAnswer)!;
            return string.Join(Environment.NewLine + "melt: ", [$"{Address}: {error.Error}", .. error.Problems ?? []]);
        }
        catch (JsonException)
        {
            return $"{Address} answered {(int)status} {status}, and not as a node of MELT does.";
        }
    }
}

/// <summary>Nobody answers there just now, or says that it cannot.</summary>
internal sealed class NodeUnreachableException(string message, Exception? inner = null) : IOException(message, inner);
