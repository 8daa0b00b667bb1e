using System.Net;
using MELT.Host.Configuration;

namespace MELT.Host.Serve;

/// <summary>Where a node is reached and what it asks of callers, judged as a whole.</summary>
public sealed record ServeSetting(IPEndPoint Bind, Secret? Token, string? Certificate, string? Key, TimeSpan Drain)
{
    public const int ShortestToken = 16;

    public bool IsOpenToOthers => !IPAddress.IsLoopback(Bind.Address);

    public string Scheme => Certificate is null ? "http" : "https";

    /// <summary>What an operator has to be told though it is allowed.</summary>
    public string? Warning => IsOpenToOthers && Certificate is null
        ? $"warning: {Bind} is served without a certificate: tokens and plans cross the network readable by others. Set melt.serve.certificate and melt.serve.key, or put a TLS proxy in front."
        : null;

    /// <summary>Null, with the reason, where the settings do not go together.</summary>
    public static ServeSetting? TryRead(ServeOptions options, out string problem)
    {
        var setting = new ServeSetting(IPEndPoint.Parse(options.Bind), options.Token, options.Certificate, options.Key, options.Drain);
        problem = Objection(setting) ?? "";
        return problem.Length == 0 ? setting : null;
    }

    private static string? Objection(ServeSetting s) =>
        s.Token is { Length: < ShortestToken } ? $"melt.serve.token has less than {ShortestToken} characters; head -c 24 /dev/urandom | base64 makes a good one." :
        s.IsOpenToOthers && s.Token is null ? $"melt.serve.bind {s.Bind} can be reached by other machines, and whoever reaches it can run programs on this one. Set MELT_SERVE_TOKEN to at least {ShortestToken} characters, or bind 127.0.0.1." :
        s.Certificate is null != s.Key is null ? "melt.serve.certificate and melt.serve.key belong together; give both or neither." :
        new[] { s.Certificate, s.Key }.FirstOrDefault(file => file is not null && !File.Exists(file)) is { } missing ? $"melt.serve.certificate, melt.serve.key: there is no file {missing}." :
        null;
}
