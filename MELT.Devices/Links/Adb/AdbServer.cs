using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MELT.Devices.Time;

namespace MELT.Devices.Links.Adb;

/// <summary>The adb server of this machine, which is started when it does not run, and the program that starts it.</summary>
public sealed record AdbServer
{
    private const int UsualPort = 5037;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);

    /// <summary>The adb program: a path, or a name that is looked for in PATH.</summary>
    public string Program { get; init; } = "adb";

    /// <summary>What <c>ANDROID_ADB_SERVER_PORT</c> says, as for adb itself.</summary>
    public int Port { get; init; } = int.TryParse(Environment.GetEnvironmentVariable("ANDROID_ADB_SERVER_PORT"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : UsualPort;

    internal async Task<AdbConnection> ConnectAsync(CancellationToken stop)
    {
        if (await TryConnectAsync(stop) is { } running) { return running; }
        await StartAsync(stop);
        return await TryConnectAsync(stop) ?? throw new LinkException($"The adb server was started, but does not answer on port {Port}. See what 'adb -P {Port} devices' says.");
    }

    /// <summary>One question that is answered by one text.</summary>
    internal async Task<string> AskAsync(string service, CancellationToken stop)
    {
        await using var connection = await ConnectAsync(stop);
        await connection.RequestAsync(service, stop);
        return await connection.ReadTextAsync(stop) ?? "";
    }

    private async Task<AdbConnection?> TryConnectAsync(CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port), stop);
            return new(socket);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException { SocketErrorCode: SocketError.ConnectionRefused }) { return null; }
            throw;
        }
    }

    private async Task StartAsync(CancellationToken stop)
    {
        if (LocalLink.Find(Program) is null)
        {
            throw new LinkException($"The program '{Program}' is missing, so there is no adb server on port {Port} to ask. Install it (Debian and Ubuntu: apt-get install adb) or name its path.");
        }
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(StartPatience);
        try
        {
            await using var link = new LocalLink(HostClock.Start(TimeProvider.System));
            var started = await link.RunAsync(new(Program, ["-P", Port.ToString(CultureInfo.InvariantCulture), "start-server"]), patience.Token);
            if (!started.Succeeded) { throw new LinkException($"The adb server cannot be started on port {Port}: {started.Complaint}"); }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new LinkException($"The adb server did not start on port {Port} within {StartPatience.TotalSeconds:0} s. Try 'adb -P {Port} kill-server'.");
        }
    }
}
