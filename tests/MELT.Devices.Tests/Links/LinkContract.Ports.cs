using System.Net;
using System.Net.Sockets;

namespace MELT.Devices.Tests.Links;

public abstract partial class LinkContract
{
    [SkippableFact]
    public async Task Ports_of_the_device_are_reached_here()
    {
        using Socket one = ListenThere(), other = ListenThere();
        await using var toOne = await Link.ForwardAsync(PortOf(one), Soon);
        await using var toOther = await Link.ForwardAsync(PortOf(other), Soon);

        (await AskAsync(other, toOther.LocalPort, 2)).ShouldBe(2);
        (await AskAsync(one, toOne.LocalPort, 1)).ShouldBe(1);
        (await AskAsync(one, toOne.LocalPort, 3)).ShouldBe(3);
    }

    protected static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>What the server there heard, when this was said here.</summary>
    private static async Task<int> AskAsync(Socket server, int localPort, byte said)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, localPort, Soon);
        using var accepted = await server.AcceptAsync(Soon);
        await client.GetStream().WriteAsync((byte[])[said], Soon);
        var heard = new byte[1];
        await accepted.ReceiveAsync(heard, Soon);
        await accepted.SendAsync(heard, Soon);
        await client.GetStream().ReadExactlyAsync(heard, Soon);
        return heard[0];
    }
}
