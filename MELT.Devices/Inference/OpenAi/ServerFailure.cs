using System.Security.Authentication;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>What a server did wrong, by one of the codes of <see cref="EngineEvent.Failed"/>.</summary>
public sealed class ServerFailure(string code, string text) : Exception(text)
{
    /// <summary>Nothing listens, the name is unknown, TLS does not come about, or it takes too long.</summary>
    public const string Unreachable = "server-unreachable";

    /// <summary>It answered with a refusal, or gave up in the middle.</summary>
    public const string Refused = "server-error";

    /// <summary>It kept silent for longer than it may.</summary>
    public const string Stalled = "server-stalled";

    /// <summary>The stream ended before the answer did.</summary>
    public const string Cut = "stream-cut";

    /// <summary>What it sent is not what was agreed on.</summary>
    public const string Protocol = "protocol";

    public string Code => code;

    internal static ServerFailure Of(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.ResponseEnded => new(Cut, $"The connection ended: {e.Message}"),
        HttpRequestError.InvalidResponse => new(Protocol, $"The server did not answer in HTTP: {e.Message}"),
        HttpRequestError.NameResolutionError => new(Unreachable, $"The server's name is unknown: {e.Message}"),
        HttpRequestError.SecureConnectionError => new(Unreachable, $"There is no secure connection: {(e.InnerException as AuthenticationException)?.Message ?? e.Message}"),
        HttpRequestError.ConnectionError => new(Unreachable, $"The server cannot be reached: {e.Message}"),
        _ when e.InnerException is IOException => new(Cut, $"The connection broke: {e.InnerException.Message}"),
        _ => new(Unreachable, e.Message),
    };
}
