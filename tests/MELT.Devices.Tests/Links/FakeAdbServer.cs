using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MELT.Devices.Links.Adb;

namespace MELT.Devices.Tests.Links;

/// <summary>An adb server that knows the devices it is told: each list until it has been told once, the last one for ever. Every connection is answered as one that it has already.</summary>
internal sealed class FakeAdbServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string[] _devices;
    private readonly string _features;
    private readonly Task _serving;
    private int _told = -1;

    public FakeAdbServer(string devices, string features = "shell_v2") : this([devices], features) { }

    public FakeAdbServer(string[] devices, string features = "shell_v2")
    {
        (_devices, _features) = (devices, features);
        _listener.Start();
        _serving = ServeAsync();
    }

    public AdbServer Server => new() { Port = ((IPEndPoint)_listener.LocalEndpoint).Port, Program = "no-such-adb" };

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true) { _ = ServeAsync(await _listener.AcceptTcpClientAsync()); }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var length = new byte[4];
            await stream.ReadExactlyAsync(length);
            var request = new byte[int.Parse(Encoding.ASCII.GetString(length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(request);
            var answer = Answer(Encoding.UTF8.GetString(request));
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"OKAY{Encoding.UTF8.GetByteCount(answer):x4}{answer}"));
            _ = await stream.ReadAsync(length);
        }
    }

    private string Answer(string request)
    {
        if (request.EndsWith(":features", StringComparison.Ordinal)) { return _features; }
        if (request.StartsWith("host:connect:", StringComparison.Ordinal)) { return $"already connected to {request["host:connect:".Length..]}"; }
        return _devices[Math.Min(Interlocked.Increment(ref _told), _devices.Length - 1)];
    }
}
