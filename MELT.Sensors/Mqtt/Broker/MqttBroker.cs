using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>
/// An MQTT 3.1.1 and 5.0 broker inside this process. <see cref="Intercept"/> receives messages and holds their acknowledgement.
/// Sessions and retained messages live in memory. Wills are kept; shared subscriptions are refused by name.
/// </summary>
public sealed class MqttBroker : IAsyncDisposable
{
    private static readonly TimeSpan s_sweep = TimeSpan.FromMilliseconds(500);

    private readonly Exchange _exchange;
    private readonly BrokerListener[] _listeners;
    private readonly ITimer _sweep;
    private readonly ConcurrentDictionary<BrokerConnection, Task> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _disposed;

    private MqttBroker(Exchange exchange, BrokerListener[] listeners)
    {
        (_exchange, _listeners) = (exchange, listeners);
        _sweep = exchange.Time.CreateTimer(_ => Sweep(), null, s_sweep, s_sweep);
        _accepting = Task.WhenAll(listeners.Select(l => l.AcceptAsync(Accept, _stop.Token)));
    }

    /// <summary>Where it listens, in the clear if it does that anywhere.</summary>
    public IPEndPoint EndPoint => _listeners[0].EndPoint;
    public int Port => EndPoint.Port;
    /// <summary>Where it speaks TLS; null: nowhere.</summary>
    public IPEndPoint? TlsEndPoint => _listeners[^1] is { Tls: not null } secured ? secured.EndPoint : null;

    /// <summary>How clients of this process log in: as a user of their own, made anew at every start, whom neither rules nor caps bind.</summary>
    public MqttClientOptions OwnLogin => new()
    {
        Host = EndPoint.Address.Equals(IPAddress.Any) ? "127.0.0.1" : EndPoint.Address.Equals(IPAddress.IPv6Any) ? "::1" : EndPoint.Address.ToString(),
        Port = Port,
        Tls = _listeners[0].Tls is not null,
        Fingerprint = _exchange.Options.Tls?.Fingerprint,
        UserName = _exchange.Own.Name,
        Password = _exchange.Own.Password,
    };

    public MqttBrokerStatistics Statistics => new(
        _connections.Count, _exchange.Sessions.Count, _exchange.Retained.Count, _exchange.Received, _exchange.Dropped, _connections.Keys.Sum(c => c.Held), _exchange.Refusals.Counts);

    /// <summary>Listens from now on, or says in <see cref="MqttException"/> why it cannot.</summary>
    public static Task<MqttBroker> StartAsync(MqttBrokerOptions options, TimeProvider? time = null)
    {
        try
        {
            return Task.FromResult(new MqttBroker(new(options, time ?? TimeProvider.System), BrokerListener.Open(options)));
        }
        catch (MqttException e)
        {
            return Task.FromException<MqttBroker>(e);
        }
    }

    /// <summary>
    /// The same with a receiver, as of <see cref="Intercept"/>, that is there before anybody can connect. Where the receiver comes after
    /// the broker, a message between the two is acknowledged and received by nobody.
    /// </summary>
    public static Task<(MqttBroker Broker, ChannelReader<MqttDelivery> Deliveries)> StartAsync(MqttBrokerOptions options, string filter, int room, TimeProvider? time = null)
    {
        if (!TopicFilter.IsValid(filter)) throw new ArgumentException($"'{filter}' is not a topic filter", nameof(filter));
        var (exchange, interceptor) = (new Exchange(options, time ?? TimeProvider.System), new Interceptor(filter, room));
        exchange.Router.Add(interceptor);
        try
        {
            return Task.FromResult((new MqttBroker(exchange, BrokerListener.Open(options)), interceptor.Deliveries));
        }
        catch (MqttException e)
        {
            return Task.FromException<(MqttBroker, ChannelReader<MqttDelivery>)>(e);
        }
    }

    /// <summary>
    /// Every message published from now on that matches comes here too; its publisher gets PUBACK (PUBREC for QoS 2) only after <see cref="MqttDelivery.Acknowledge"/>,
    /// in the order of its publishes. When <paramref name="room"/> deliveries wait unread, QoS 1 and 2 are no longer read from their publishers; QoS 0 is dropped and counted.
    /// </summary>
    public ChannelReader<MqttDelivery> Intercept(string filter, int room)
    {
        if (!TopicFilter.IsValid(filter)) throw new ArgumentException($"'{filter}' is not a topic filter", nameof(filter));
        var interceptor = new Interceptor(filter, room);
        _exchange.Router.Add(interceptor);
        return interceptor.Deliveries;
    }

    /// <summary>Publishes without a socket; completes when every interceptor that matches has acknowledged (QoS 1 and 2), so an interceptor must not await it.</summary>
    public async Task PublishAsync(MqttMessage message, CancellationToken stop)
    {
        if (!TopicFilter.IsValidName(message.Topic)) throw new ArgumentException($"'{message.Topic}' is not a topic name", nameof(message));
        _exchange.CountReceived();
        var arrivedAt = Stopwatch.GetTimestamp();
        var packet = _exchange.Marked(PublishPacket.From(message), arrivedAt);
        var route = _exchange.Router.Find(message.Topic);
        _exchange.Distribute(packet, route, from: null);
        foreach (var interceptor in route.Interceptors)
        {
            var acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var delivery = new MqttDelivery(packet.ToMessage(retain: false), duplicate: false, arrivedAt, publisher: null, acknowledged.SetResult);
            if (message.Qos == MqttQos.AtMostOnce)
            {
                if (!interceptor.TryGive(delivery)) _exchange.CountDropped();
                continue;
            }
            await interceptor.GiveAsync(delivery, stop);
            await acknowledged.Task.WaitAsync(stop);
        }
    }

    public override string ToString() =>
        TlsEndPoint is not { } secured ? EndPoint.ToString() : ReferenceEquals(secured, EndPoint) ? $"TLS on {secured}" : $"{EndPoint}, TLS on {secured}";

    /// <summary>Says goodbye to every client, sends what is written, and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stop.CancelAsync();
        foreach (var listener in _listeners) listener.Dispose();
        await _accepting;
        await _sweep.DisposeAsync();
        _exchange.Sessions.DropWills();
        foreach (var connection in _connections.Keys) connection.Close(ReasonCode.ServerShuttingDown);
        await Task.WhenAll(_connections.Values);
        _exchange.Router.CloseInterceptors();
    }

    private void Accept(Socket socket, SslServerAuthenticationOptions? tls)
    {
        var connection = new BrokerConnection(_exchange, socket, tls);
        // Nobody takes up all room by connecting and saying nothing.
        if (_connections.Count >= _exchange.Options.ConnectionLimit || _connections.Keys.Count(c => !c.IsLoggedIn && c.From.Equals(connection.From)) >= _exchange.Options.StrangerLimit) socket.Dispose();
        else Serve(connection);
    }

    private void Serve(BrokerConnection connection)
    {
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections.TryAdd(connection, running.Task);
        _ = Run();

        async Task Run()
        {
            await Task.Yield();
            await connection.RunAsync();
            _connections.TryRemove(connection, out _);
            running.SetResult();
        }
    }

    private void Sweep()
    {
        foreach (var connection in _connections.Keys) connection.CheckSilence();
        _exchange.Sessions.Sweep();
    }
}
