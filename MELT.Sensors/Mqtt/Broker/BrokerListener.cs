using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>One address at which clients are accepted, in the clear or over TLS.</summary>
internal sealed class BrokerListener : IDisposable
{
    private readonly Socket _socket;

    private BrokerListener(Socket socket, SslServerAuthenticationOptions? tls) => (_socket, Tls, EndPoint) = (socket, tls, (IPEndPoint)socket.LocalEndPoint!);

    public SslServerAuthenticationOptions? Tls { get; }
    public IPEndPoint EndPoint { get; }

    /// <summary>Those that the options name, or <see cref="MqttException"/> with the reason.</summary>
    public static BrokerListener[] Open(MqttBrokerOptions options)
    {
        if (options.Objection is { } why) throw new MqttException(why);
        var open = new List<BrokerListener>(2);
        try
        {
            if (options.InTheClear is { } clear) open.Add(Open(clear, null));
            if (options.WithTls is { } secured) open.Add(Open(secured, options.Tls!.Handshake));
            return [.. open];
        }
        catch
        {
            foreach (var listener in open) listener.Dispose();
            throw;
        }
    }

    /// <summary>Until stopped; each socket is the receiver's from then on.</summary>
    public async Task AcceptAsync(Action<Socket, SslServerAuthenticationOptions?> accepted, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                accepted(await _socket.AcceptAsync(stop), Tls);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // That client was gone before it was here.
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static BrokerListener Open(IPEndPoint at, SslServerAuthenticationOptions? tls)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(at);
            socket.Listen(128);
            return new(socket, tls);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            var why = e.SocketErrorCode == SocketError.AddressAlreadyInUse ? "another program already listens there" : e.Message;
            throw new MqttException($"The MQTT broker cannot listen on {at}: {why}. Choose another port (0 takes any free one), or stop that program or use it as the broker.", e);
        }
    }
}
