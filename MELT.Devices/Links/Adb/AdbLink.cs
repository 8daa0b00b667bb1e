using System.Globalization;
using System.Net.Sockets;
using MELT.Devices.Links.Shells;
using MELT.Devices.Time;

namespace MELT.Devices.Links.Adb;

/// <summary>A device at the end of adb, spoken with through the adb server of this machine. It is lost when the server says so, within milliseconds.</summary>
public sealed class AdbLink : ShellLink
{
    private const string Shell = "shell_v2";

    private readonly AdbServer _server;
    private readonly string _serial;
    private readonly HostClock _clock;
    private readonly CancellationTokenSource _closing = new();
    private Task _watching = Task.CompletedTask;

    private AdbLink(AdbServer server, string serial, HostClock clock, IProgress<string>? notices) : base($"adb {serial}", clock, notices) =>
        (_server, _serial, _clock) = (server, serial, clock);

    /// <summary>Throws <see cref="LinkException"/> when there is no such device, or it cannot be used, with what to do.</summary>
    /// <param name="notices">Hears what was not promised and could not be done, such as a hash that the device cannot make.</param>
    public static async Task<AdbLink> OpenAsync(AdbTarget target, HostClock clock, IProgress<string>? notices, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience + Patience);
        try
        {
            var device = await AdbOpening.FindAsync(target, patience.Token);
            var features = await target.Server.AskAsync($"host-serial:{device.Serial}:features", patience.Token);
            if (!features.Split(',').Contains(Shell)) { throw new LinkException($"adb {device.Serial}: the device is too old: its adb cannot tell standard error and exit codes (no {Shell}; Android 7 can)."); }
            var link = new AdbLink(target.Server, device.Serial, clock, notices);
            var connection = await target.Server.ConnectAsync(patience.Token);
            link._watching = link.WatchAsync(connection);
            return link;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new LinkException($"adb {target}: the adb server on port {target.Server.Port} cannot be asked: {e.Message}", e);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new LinkException($"adb {target}: no answer within {(Patience + Patience).TotalSeconds:0} s. Try 'adb -P {target.Server.Port} kill-server'.");
        }
    }

    public override Task<IPortForward> ForwardAsync(int port, CancellationToken stop) => InTimeAsync($"forward port {port}", async patience =>
    {
        if (Lost.IsCompleted) { throw new LinkException($"{Name}: the link is lost: {await Lost}"); }
        await using var connection = await ConnectAsync(patience);
        await connection.RequestAsync(string.Create(CultureInfo.InvariantCulture, $"host-serial:{_serial}:forward:tcp:0;tcp:{port}"), patience);
        await connection.ReadStatusAsync(patience);
        return (IPortForward)new Forward(this, int.Parse(await connection.ReadTextAsync(patience) ?? "", CultureInfo.InvariantCulture));
    }, stop);

    private protected override async Task<IShellChannel> OpenChannelAsync(string script, CancellationToken stop)
    {
        var connection = await ConnectAsync(stop);
        try
        {
            await connection.RequestAsync($"host:transport:{_serial}", stop);
            await connection.RequestAsync($"shell,v2,raw:{script}", stop);
            return new AdbChannel(connection, _clock);
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            if (e is not LinkException) { throw; }
            throw new LinkException($"{Name}: {e.Message}", e);
        }
    }

    private protected override async ValueTask CloseAsync()
    {
        await _closing.CancelAsync();
        await _watching;
    }

    private async Task<AdbConnection> ConnectAsync(CancellationToken stop)
    {
        try
        {
            return await _server.ConnectAsync(stop);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new LinkException($"{Name}: the adb server on port {_server.Port} cannot be asked: {e.Message}", e);
        }
    }

    private async Task WatchAsync(AdbConnection connection)
    {
        await using (connection)
        {
            try
            {
                await foreach (var devices in AdbDevices.WatchAsync(connection, _closing.Token))
                {
                    if (devices.FirstOrDefault(d => d.Serial == _serial) is not { } device) { Lose("the device was unplugged or switched off"); }
                    else if (device.Complaint is { } complaint) { Lose(complaint); }
                    else { continue; }
                    return;
                }
            }
            catch (Exception e) when (e is IOException or SocketException or LinkException or OperationCanceledException)
            {
                // The same as the end of what it tells.
            }
            Lose($"the adb server on port {_server.Port} has ended");
        }
    }

    private sealed class Forward(AdbLink link, int localPort) : IPortForward
    {
        public int LocalPort { get; } = localPort;

        public async ValueTask DisposeAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            try
            {
                await using var connection = await link._server.ConnectAsync(patience.Token);
                await connection.RequestAsync(string.Create(CultureInfo.InvariantCulture, $"host-serial:{link._serial}:killforward:tcp:{LocalPort}"), patience.Token);
            }
            catch (Exception e) when (e is LinkException or SocketException or IOException or OperationCanceledException)
            {
                // The server removes the forwards of a device that is gone by itself.
            }
        }
    }
}
