using System.Runtime.CompilerServices;

namespace MELT.Devices.Links.Adb;

/// <summary>What is attached to this machine by adb.</summary>
public static class AdbDevices
{
    /// <summary>Every device that the server knows, whatever its state.</summary>
    public static async Task<IReadOnlyList<AdbDevice>> ListAsync(AdbServer server, CancellationToken stop) => AdbDevice.ParseAll(await server.AskAsync("host:devices-l", stop));

    /// <summary>The list as it is, and again whenever something has changed; ends when the server does.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<AdbDevice>> TrackAsync(AdbServer server, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var connection = await server.ConnectAsync(stop);
        await connection.RequestAsync("host:track-devices", stop);
        while (await connection.ReadTextAsync(stop) is not null) { yield return await ListAsync(server, stop); }
    }

    /// <summary>Serials and states only, as they were when each list was sent.</summary>
    internal static async IAsyncEnumerable<IReadOnlyList<AdbDevice>> WatchAsync(AdbConnection connection, [EnumeratorCancellation] CancellationToken stop)
    {
        await connection.RequestAsync("host:track-devices", stop);
        while (await connection.ReadTextAsync(stop) is { } lines) { yield return AdbDevice.ParseAll(lines); }
    }
}
