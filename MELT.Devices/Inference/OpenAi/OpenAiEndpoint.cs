namespace MELT.Devices.Inference.OpenAi;

/// <summary>Which path answers a prompt of text. A prompt of seeded tokens always goes to <see cref="Completions"/>: chat cannot carry it.</summary>
public enum OpenAiApi
{
    Chat,
    Completions,
}

/// <summary>
/// A server that speaks OpenAI's HTTP interface, and how to speak with it. The key is sent and never told: neither its text form nor an
/// event nor an exception carries it.
/// </summary>
/// <param name="BaseUrl">Where the interface begins, usually with <c>/v1</c>, which is added where there is no path.</param>
/// <param name="Model">What the server calls the model; null: what is loaded is asked for by its name.</param>
public sealed record OpenAiEndpoint(Uri BaseUrl, string? Model = null)
{
    public string? ApiKey { get; init; }
    public OpenAiApi Api { get; init; } = OpenAiApi.Chat;

    /// <summary>Sent with every request, <see cref="ApiKey"/> apart.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Fields of the request's body, each a JSON value. They win over MELT's own; <c>null</c> takes a field out.</summary>
    public IReadOnlyDictionary<string, string> Body { get; init; } = new Dictionary<string, string>();

    /// <summary>What a prompt of seeded tokens is drawn from where the server does not say how large its vocabulary is.</summary>
    public int Vocabulary { get; init; } = 8_192;

    /// <summary>TCP and TLS.</summary>
    public TimeSpan ConnectLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the request to the first token: queueing and the whole prompt evaluation.</summary>
    public TimeSpan FirstTokenLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Between two arrivals after the first token.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where it is, without what might be secret in it.</summary>
    public string Place => Address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <summary>The address of a path of the interface, <c>chat/completions</c>.</summary>
    internal Uri At(string path) => Below(Address, path);

    /// <summary>The address of a path of the server itself, <c>props</c>.</summary>
    internal Uri AtRoot(string path)
    {
        var root = new UriBuilder(Address);
        if (root.Path.TrimEnd('/') is { } whole && whole.EndsWith("/v1", StringComparison.Ordinal)) { root.Path = whole[..^"/v1".Length]; }
        return Below(root.Uri, path);
    }

    public override string ToString() => Place;

    private Uri Address => BaseUrl.AbsolutePath is "" or "/" ? new UriBuilder(BaseUrl) { Path = "/v1" }.Uri : BaseUrl;

    private static Uri Below(Uri address, string path) => new UriBuilder(address) { Path = address.AbsolutePath.TrimEnd('/') + "/" + path }.Uri;
}
