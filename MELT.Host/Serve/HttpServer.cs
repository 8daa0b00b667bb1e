using System.Net;
using System.Security.Cryptography.X509Certificates;
using MELT.Host.Commands;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MELT.Host.Serve;

/// <summary>Kestrel with what MELT asks of it and nothing that an environment variable or a file beside the program could change.</summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private const long LargestBody = 1 << 20;

    private readonly WebApplication _app;

    private HttpServer(WebApplication app, string address) => (_app, Address) = (app, address);

    /// <summary>Where it listens, as a URL.</summary>
    public string Address { get; }

    /// <summary>Listens from now on, or says in one paragraph why it cannot.</summary>
    public static async Task<HttpServer> StartAsync(ServeSetting setting, HttpApi api, PrometheusExporter metrics, CancellationToken stop)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "melt" });
        builder.Services.AddRoutingCore();
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddProvider(new StandardErrorLog());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MaxConcurrentConnections = 1000;
            kestrel.Listen(setting.Bind, listen =>
            {
                if (setting.Certificate is { } certificate) listen.UseHttps(Read(certificate, setting.Key!));
            });
        });
        var app = builder.Build();
        try
        {
            app.Use(new HttpGuard(setting).InvokeAsync);
            app.UseRouting();
            api.Map(app, metrics);
            await app.StartAsync(stop);
            var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
            return new(app, $"{setting.Scheme}://{new IPEndPoint(setting.Bind.Address, port)}");
        }
        catch (IOException e)
        {
            await app.DisposeAsync();
            throw new CommandException($"the HTTP endpoints cannot listen on {setting.Bind}: {e.Message} Choose another with --bind ADDRESS:PORT; port 0 takes any free one.");
        }
    }

    /// <summary>Lets requests that are being answered end, for a moment.</summary>
    public async ValueTask DisposeAsync()
    {
        using var moment = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(moment.Token);
        await _app.DisposeAsync();
    }

    private static X509Certificate2 Read(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (System.Security.Cryptography.CryptographicException e)
        {
            throw new CommandException($"melt.serve.certificate, melt.serve.key: {certificate} and {key} are not a PEM certificate and its unencrypted key: {e.Message}", ExitCode.Usage);
        }
    }
}
