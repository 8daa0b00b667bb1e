using System.Net;
using MELT.Actors.Journal;
using Microsoft.AspNetCore.Http;

namespace MELT.Host.Serve;

/// <summary>
/// What every request passes: the token where one is set; where none is, a name of this machine in Host, so that no page in a browser that
/// renamed itself to our address gets in. What nobody answered gets its word here, in JSON like everything else.
/// </summary>
internal sealed class HttpGuard(ServeSetting setting)
{
    private const string Scheme = "Bearer ";

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            if (Refusal(http.Request) is var (status, why))
            {
                if (status == StatusCodes.Status401Unauthorized) http.Response.Headers.WWWAuthenticate = "Bearer";
                await HttpApi.ErrorAsync(http, status, why);
                return;
            }
            await next(http);
            if (http.Response.HasStarted) return;
            if (http.Response.StatusCode == StatusCodes.Status404NotFound) await HttpApi.ErrorAsync(http, StatusCodes.Status404NotFound, $"there is nothing at {http.Request.Path}; /health, /ready, /metrics, /api/experiments, /api/meters, /api/entities and /api/cluster are there");
            if (http.Response.StatusCode == StatusCodes.Status405MethodNotAllowed) await HttpApi.ErrorAsync(http, StatusCodes.Status405MethodNotAllowed, $"{http.Request.Method} is not possible at {http.Request.Path}");
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            await HttpApi.ErrorAsync(http, e.StatusCode, e.Message);
        }
        catch (JournalUnavailableException e) when (!http.Response.HasStarted)
        {
            await HttpApi.ErrorAsync(http, StatusCodes.Status503ServiceUnavailable, e.Message);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked is gone.
        }
    }

    private (int Status, string Why)? Refusal(HttpRequest request)
    {
        if (request.Path == "/health") return null;
        if (setting.Token is not { } token)
            return IsOurs(request.Host.Host) ? null : (StatusCodes.Status421MisdirectedRequest, $"\"{request.Host.Host}\" is not a name of this machine's own; ask for 127.0.0.1 or localhost, or set melt.serve.token");
        var offered = request.Headers.Authorization.ToString();
        return offered.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && token.Matches(offered[Scheme.Length..].Trim())
            ? null
            : (StatusCodes.Status401Unauthorized, "this node wants its token: Authorization: Bearer TOKEN");
    }

    private static bool IsOurs(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
