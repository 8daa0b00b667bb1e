namespace MELT.Devices.Links.Adb;

/// <summary>Finds the device of a target, and connects to it first where that needs no cable.</summary>
internal static class AdbOpening
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<AdbDevice> FindAsync(AdbTarget target, CancellationToken stop)
    {
        var serial = target.Serial ?? target.Address;
        AdbDevice? found = null;
        IReadOnlyList<AdbDevice> devices = [];
        using var settling = CancellationTokenSource.CreateLinkedTokenSource(stop);
        settling.CancelAfter(Settling);
        try
        {
            while (true)
            {
                if (target.Address is { } address) { await ConnectAsync(target.Server, address, stop); }
                await using var connection = await target.Server.ConnectAsync(stop);
                await foreach (var list in AdbDevices.WatchAsync(connection, settling.Token))
                {
                    devices = list;
                    found = serial is null && list.Count == 1 ? list[0] : list.FirstOrDefault(d => d.Serial == serial);
                    // A device that is just being connected gets ready by itself; the others do not.
                    if (found?.State is not ("connecting" or "authorizing" or "offline")) { break; }
                }
                // A server that is still letting go of a lost connection takes it for the one asked for, and then has none.
                if (found is not null || target.Address is null) { break; }
                await Task.Delay(Pause, settling.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // It did not settle; its state says what is the matter.
        }
        if (found is null) { throw new LinkException(Missing(serial, devices)); }
        return found.Complaint is { } complaint ? throw new LinkException($"adb {found.Serial}: {complaint}.") : found;
    }

    /// <summary>The server keeps a lost device as offline and does not always come back to it; disconnected, it is found anew.</summary>
    private static async Task ConnectAsync(AdbServer server, string address, CancellationToken stop)
    {
        var known = (await AdbDevices.ListAsync(server, stop)).FirstOrDefault(d => d.Serial == address);
        if (known is { IsReady: true }) { return; }
        if (known is not null) { await server.AskAsync($"host:disconnect:{address}", stop); }
        var answer = await server.AskAsync($"host:connect:{address}", stop);
        if (answer.StartsWith("connected to", StringComparison.Ordinal) || answer.StartsWith("already connected to", StringComparison.Ordinal)) { return; }
        throw new LinkException($"adb {address}: {answer.Trim()}. See that the device is awake and on this network, and that its wireless debugging is on (with the port it shows; pair once with 'adb pair', or 'adb tcpip 5555' over the cable).");
    }

    private static string Missing(string? serial, IReadOnlyList<AdbDevice> devices)
    {
        var list = devices.Count == 0 ? "none is attached" : $"attached are {string.Join(", ", devices.Select(d => $"{d.Serial} ({d.State})"))}";
        return serial is not null ? $"adb {serial}: there is no such device; {list}. Plug it in, and see that USB debugging is on."
            : devices.Count == 0 ? "adb: there is no device. Plug one in, and see that USB debugging is on."
            : $"adb: there is more than one device; {list}. Say which by its serial.";
    }
}
