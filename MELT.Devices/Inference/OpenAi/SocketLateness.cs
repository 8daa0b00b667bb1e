using System.Net;
using System.Net.Sockets;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>How late what arrives on a socket is noticed here: the longest of a few dozen trips over the loopback address, in nanoseconds.</summary>
internal static class SocketLateness
{
    private const int Trips = 32;

    public static async Task<double> MeasureAsync(HostClock clock, CancellationToken stop)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var to = new TcpClient { NoDelay = true };
        await to.ConnectAsync((IPEndPoint)listener.LocalEndpoint, stop);
        using var from = await listener.AcceptTcpClientAsync(stop);
        var one = new byte[1];
        var longest = 0L;
        for (var i = 0; i < Trips; i++)
        {
            var reading = from.GetStream().ReadAsync(one, stop);
            var written = clock.Now;
            await to.GetStream().WriteAsync(one, stop);
            await reading;
            if (i > 0) { longest = Math.Max(longest, clock.Now - written); }
        }
        return longest;
    }
}
