using System.Net;
using System.Net.Sockets;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>TCP ports of this machine.</summary>
internal static class Ports
{
    public static int Free()
    {
        using var probe = Bound();
        return PortOf(probe);
    }

    /// <summary>A port that is listened on until the socket is disposed.</summary>
    public static Socket Take(out int port)
    {
        var socket = Bound();
        socket.Listen();
        port = PortOf(socket);
        return socket;
    }

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
