using System.Net;
using System.Net.Sockets;

namespace MELT.Host.Selftests;

/// <summary>
/// A free port below those that the system gives to outgoing connections: somebody who connects again and again to a port of that range
/// while nothing listens there is at some time given the same port, is connected to himself, and holds it.
/// </summary>
internal static class LowPort
{
    private const int First = 20_000, End = 32_000;

    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException) { }                       // taken: another one
        }
    }
}
