using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using MELT.Sensors.Mqtt.Broker.Access;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;
using MELT.Sensors.Mqtt.Transport;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>One client's connection, from its first byte to its last.</summary>
internal sealed class BrokerConnection
{
    private const int LargestConnect = 64 * 1024;   // until it is known who it is
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    private readonly Exchange _exchange;
    private readonly Stream _stream;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly PacketInput _input;
    private readonly CancellationTokenSource _stop = new();
    private long _heardAt;
    private volatile bool _stalled;
    private volatile BrokerSession? _session;

    public BrokerConnection(Exchange exchange, Socket socket, SslServerAuthenticationOptions? tls)
    {
        (_exchange, _tls, _heardAt) = (exchange, tls, exchange.Time.GetTimestamp());
        socket.NoDelay = true;
        From = (socket.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        var plain = new NetworkStream(socket, ownsSocket: true);
        _stream = tls is null ? plain : new SslStream(plain);
        _input = new(_stream) { MaximumBytes = Math.Min(LargestConnect, exchange.Options.MaximumPacketBytes) };
        Output = new(_stream);
    }

    public PacketOutput Output { get; }
    public IPAddress From { get; }
    public bool IsLoggedIn => _session is not null;
    public int Held => _session?.Acknowledgements.Count ?? 0;

    /// <summary>Ends by itself, whatever the client does; never throws.</summary>
    public async Task RunAsync()
    {
        var pump = Output.PumpAsync();
        try
        {
            if (_stream is SslStream secured) await secured.AuthenticateAsServerAsync(_tls!, _stop.Token);
            if (await ConnectAsync()) await ServeAsync(_session!);
        }
        catch (MqttProtocolException e)
        {
            Refuse(e);
        }
        catch (AuthenticationException e)
        {
            Count(RefusalReason.Tls, e.Message);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or System.Threading.Channels.ChannelClosedException)
        {
            // The client, or the broker, went away: the session knows what is still owed.
        }
        _session?.Leave();
        Output.Complete();
        await Task.WhenAny(pump, Task.Delay(s_farewell, _exchange.Time));   // a client that does not read its last packets does not hold up the broker
        _input.Complete();
        await _stream.DisposeAsync();
        await pump;
    }

    /// <summary>From outside: taken over, silent for too long, or shutting down.</summary>
    public void Close(ReasonCode reason)
    {
        if (_session is not null && Output.Version == MqttVersion.V5) Output.Write(new DisconnectPacket(reason));
        _session?.Acknowledgements.Close();
        Output.Complete();
        _ = _stop.CancelAsync();   // not Cancel: what waits must not go on under the caller's lock
    }

    /// <summary>Closes a connection that has been silent for 1.5 times its keep-alive. While the broker itself does not read, silence means nothing.</summary>
    public void CheckSilence()
    {
        if (_stalled) return;
        var allowed = _session switch
        {
            null => _exchange.Options.ConnectTimeout,
            { KeepAliveSeconds: 0 } => TimeSpan.MaxValue,
            var session => TimeSpan.FromSeconds(1.5 * session.KeepAliveSeconds),
        };
        if (_exchange.Time.GetElapsedTime(Volatile.Read(ref _heardAt)) > allowed) Close(ReasonCode.KeepAliveTimeout);
    }

    private async Task<bool> ConnectAsync()
    {
        MqttPacket first;
        while (!_input.TryTake(out first))
            if (!await _input.ReceiveAsync(_stop.Token)) return false;
        if (first is not ConnectPacket connect) throw MqttProtocolException.Violated($"the first packet is {first.Type}, not CONNECT");
        _input.Version = Output.Version = connect.Version;
        Output.MaximumBytes = connect.Properties.MaximumPacketSize ?? long.MaxValue;
        var welcome = Welcome.Consider(connect, _exchange.Options);
        if (welcome.Reason == ReasonCode.Success) welcome = await EnterAsync(connect, welcome);
        if (welcome.Reason == ReasonCode.Success) return true;
        Output.Write(welcome.Refused());
        Output.Flush();
        return false;
    }

    /// <summary>Into its session, or the welcome says why not.</summary>
    private async Task<Welcome> EnterAsync(ConnectPacket connect, Welcome welcome)
    {
        var admitting = _exchange.Logins.AdmitAsync(connect, welcome.ClientId, From, _stop.Token);
        await StalledAsync(admitting);
        if (await admitting is not { } rights)
        {
            var user = _exchange.Logins.Knows(connect.UserName) ? connect.UserName : null;
            _exchange.Refusals.Count(RefusalReason.BadLogin, user ?? RefusalLedger.Stranger, $"a login as {user ?? (connect.UserName is null ? "nobody" : "a user that there is not")} from {From}");
            return welcome with { Reason = ReasonCode.BadUserNameOrPassword };
        }
        if (connect.Will is { } will && !rights.MayPublish(will.Topic))
        {
            _exchange.Refusals.Count(RefusalReason.NotAuthorisedPublish, rights.Counted, $"a will on {will.Topic} of client {welcome.ClientId} from {From}");
            return welcome with { Reason = ReasonCode.NotAuthorized, Because = "the will's topic is not this user's to publish on" };
        }
        var (session, present, reason) = _exchange.Sessions.Join(this, welcome.ClientId, rights.User, connect.CleanStart, welcome.ExpirySeconds, connect.Will);
        if (session is null && reason == ReasonCode.QuotaExceeded) return welcome with { Reason = reason, Because = "this broker keeps no further sessions" };
        if (session is null)
        {
            _exchange.Refusals.Count(RefusalReason.ClientIdTaken, rights.Counted, $"client id {welcome.ClientId} from {From}: the session is another user's");
            return welcome with { Reason = reason, Because = "the client id is another user's" };
        }
        Output.Write(welcome.Accepted(present));
        _input.MaximumBytes = _exchange.Options.MaximumPacketBytes;
        _session = new(_exchange, session, this, connect, rights);
        session.Outbox.Attach(Output, Math.Min(connect.Properties.ReceiveMaximum ?? ushort.MaxValue, _exchange.Options.SendWindow), resumed: true);
        return welcome;
    }

    private async Task ServeAsync(BrokerSession session)
    {
        while (true)
        {
            while (_input.TryTake(out var packet))
            {
                if (packet is PublishPacket publish)
                {
                    var handled = session.PublishedAsync(publish, _input.ArrivedAt, _stop.Token);
                    if (!handled.IsCompletedSuccessfully) await StalledAsync(handled.AsTask());
                }
                else if (!session.Handle(packet)) return;
                if (packet is not AckPacket && session.TooFast(_input.TakenBytes) is { Ticks: > 0 } pause) await StalledAsync(Task.Delay(pause, _exchange.Time, _stop.Token));
            }
            Output.Flush();
            if (Output.IsFull) await StalledAsync(Output.RoomAsync(_stop.Token).AsTask());
            if (!await _input.ReceiveAsync(_stop.Token)) return;
            Volatile.Write(ref _heardAt, _exchange.Time.GetTimestamp());
        }
    }

    private async Task StalledAsync(Task wait)
    {
        _stalled = true;
        Output.Flush();
        try
        {
            await wait;
        }
        finally
        {
            Volatile.Write(ref _heardAt, _exchange.Time.GetTimestamp());
            _stalled = false;
        }
    }

    private void Count(RefusalReason reason, string text) =>
        _exchange.Refusals.Count(reason, _session?.Counted ?? RefusalLedger.Stranger, $"{text} ({(_session is { } known ? $"client {known.ClientId}" : "before logging in")}, from {From})");

    private void Refuse(MqttProtocolException e)
    {
        // Whoever found that something is not authorised has counted it, with the topic.
        if (e.Reason != ReasonCode.NotAuthorized) Count(e.Reason == ReasonCode.PacketTooLarge ? RefusalReason.TooLarge : RefusalReason.Malformed, e.Message);
        if (_session is null && e.Reason == ReasonCode.UnsupportedProtocolVersion)
            Output.Write(new ConnAckPacket(false, e.Reason));   // in the form of 3.1.1, which older and newer clients understand
        else if (_session is not null && Output.Version == MqttVersion.V5)
            Output.Write(new DisconnectPacket(e.Reason == ReasonCode.UnsupportedProtocolVersion ? ReasonCode.ProtocolError : e.Reason) { Properties = new() { ReasonString = e.Message } });
        Output.Flush();
    }
}
