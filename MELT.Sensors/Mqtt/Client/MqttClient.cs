using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;
using MELT.Sensors.Mqtt.Transport;

namespace MELT.Sensors.Mqtt.Client;

/// <summary>
/// MELT's own MQTT client. It reconnects by itself, subscribes again when the broker has lost the session, and sends unacknowledged messages again with DUP.
/// Deliveries of a broken connection stay readable, but acknowledging them does nothing: the broker sends them again.
/// </summary>
public sealed class MqttClient : IMqttClient
{
    private const int WidestWindow = 4096;   // a broker without Receive Maximum is not sent more unacknowledged messages at once
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    private readonly MqttClientOptions _options;
    private readonly TimeProvider _time;
    private readonly Outbox _outbox;
    private readonly ExactlyOnceInbox _inbox;
    private readonly ClientReceiver _receiver;
    private readonly SemaphoreSlim _publishRoom;
    private readonly ConcurrentDictionary<string, MqttQos> _subscriptions = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private volatile TaskCompletionSource<ClientLink> _link = NewLink();
    private Task _running = Task.CompletedTask;
    private long _heardAt;
    private int _reconnections;
    private int _disposed;

    private MqttClient(MqttClientOptions options, TimeProvider time)
    {
        (_options, _time, _outbox, _inbox) = (options, time, new(time), new());
        _receiver = new(options, _outbox, _inbox);
        _publishRoom = new(options.PublishRoom);
    }

    public ChannelReader<MqttDelivery> Deliveries => _receiver.Deliveries;
    public bool IsConnected => _link.Task.IsCompletedSuccessfully;
    /// <summary>QoS 0 messages that found the channel of deliveries full.</summary>
    public long Dropped => _receiver.Dropped;
    public int Reconnections => Volatile.Read(ref _reconnections);

    /// <summary>Connects, or says in <see cref="MqttException"/> why not; from then on lost connections are made again.</summary>
    public static async Task<MqttClient> ConnectAsync(MqttClientOptions options, TimeProvider? time = null, CancellationToken stop = default)
    {
        var client = new MqttClient(options, time ?? TimeProvider.System);
        var link = await ClientLink.OpenAsync(options, options.CleanStart, client._inbox, client._time, stop);
        client._running = client.RunAsync(link);
        return client;
    }

    /// <summary>Options from <c>mqtt://user:password@host:port?client=ID&amp;version=5</c>; mqtts:// is over TLS.</summary>
    public static MqttClientOptions ParseUrl(string url) => MqttUrl.Parse(url);

    public async Task SubscribeAsync(string filter, MqttQos qos, CancellationToken stop)
    {
        if (!TopicFilter.IsValid(filter)) throw new MqttException($"'{filter}' is not a topic filter: + and # stand for whole levels, and # for the last one.");
        while (true)
        {
            var link = await _link.Task.WaitAsync(stop);
            _subscriptions[filter] = qos;   // before asking: should the session be lost meanwhile, it is asked for again
            var answer = await _receiver.Pending.Ask(link, new(filter, qos)).WaitAsync(stop);
            if (answer is null) continue;   // the connection ended: once more on the next
            if (answer < ReasonCode.UnspecifiedError) return;
            _subscriptions.TryRemove(filter, out _);
            throw Refused(filter, answer.Value);
        }
    }

    public async Task PublishAsync(MqttMessage message, CancellationToken stop)
    {
        if (Outgoing.Objection(message) is { } objection) throw new MqttException(objection);
        var packet = PublishPacket.From(message);
        if (message.Qos == MqttQos.AtMostOnce)
        {
            if (_link.Task is not { IsCompletedSuccessfully: true } connected) throw new MqttException($"Not connected to {_options} just now; a QoS 0 message was not sent.");
            var output = (await connected).Output;
            await output.RoomAsync(stop);
            if (!_outbox.Send(packet)) throw new MqttException($"A QoS 0 message to '{message.Topic}' was not sent: the connection to {_options} ended, or the message is larger than the broker takes.");
            return;
        }
        await _publishRoom.WaitAsync(stop);
        var settled = new TaskCompletionSource<ReasonCode>(TaskCreationOptions.RunContinuationsAsynchronously);
        _outbox.Send(packet, settled: reason =>
        {
            _publishRoom.Release();
            settled.TrySetResult(reason);
        });
        var reason = await settled.Task.WaitAsync(stop);
        if (reason >= ReasonCode.UnspecifiedError) throw new MqttException($"The MQTT broker at {_options.Host}:{_options.Port} did not take a message to '{message.Topic}': {Outgoing.Explain(reason)}");
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stop.CancelAsync();
        await _running;
        _outbox.Abandon(ReasonCode.ServerShuttingDown);
        _receiver.End(null);
    }

    private async Task RunAsync(ClientLink? link)
    {
        var failure = (Exception?)null;
        try
        {
            while (failure is null && link is not null)
            {
                failure = await UseAsync(link);
                if (failure is null) link = await ReconnectAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
        failure ??= new MqttException($"The client of {_options} is closed.");
        _receiver.End(_stop.IsCancellationRequested ? null : failure);
        _outbox.Abandon(ReasonCode.SessionTakenOver);
        if (!_link.TrySetException(failure)) (_link = NewLink()).SetException(failure);
        _ = _link.Task.Exception;   // seen: whoever calls next gets it
    }

    /// <summary>Until the connection ends; returns why there must not be another, if so.</summary>
    private async Task<Exception?> UseAsync(ClientLink link)
    {
        using var stopping = _stop.Token.Register(link.Abort);
        if (!link.Answer.SessionPresent) _inbox.Clear();
        Heard();
        var watching = WatchAsync(link);
        var farewell = (DisconnectPacket?)null;
        var reason = ReasonCode.Success;
        _outbox.Attach(link.Output, Math.Min((int?)link.Answer.Properties.ReceiveMaximum ?? WidestWindow, WidestWindow), link.Answer.SessionPresent);
        var subscribing = SubscribeAgainAsync(link);
        _link.TrySetResult(link);
        try
        {
            farewell = await _receiver.ReceiveAsync(link, Heard);
        }
        catch (MqttProtocolException e)
        {
            reason = e.Reason;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection broke, or this client is being disposed.
        }
        _link = NewLink();
        _outbox.Detach(link.Output);
        await link.CloseAsync(reason, s_farewell, _time);
        _receiver.Pending.Forget();
        await watching;
        var refused = await subscribing;
        return farewell?.Reason == ReasonCode.SessionTakenOver ? Refusals.TakenOver(_options) : refused;
    }

    /// <summary>A subscription refused after a reconnection ends the client: silence would look like a quiet sensor.</summary>
    private async Task<MqttException?> SubscribeAgainAsync(ClientLink link)
    {
        if (link.Answer.SessionPresent) return null;
        foreach (var (filter, qos) in _subscriptions)
        {
            if (await _receiver.Pending.Ask(link, new(filter, qos)) is not { } answer) return null;
            if (answer < ReasonCode.UnspecifiedError) continue;
            link.Abort();
            return Refused(filter, answer);
        }
        return null;
    }

    private async Task<ClientLink> ReconnectAsync()
    {
        var cleanStart = _options.CleanStart && _options.Version == MqttVersion.V311;
        for (var pause = _options.ShortestPause; ; pause = pause * 2 < _options.LongestPause ? pause * 2 : _options.LongestPause)
        {
            _stop.Token.ThrowIfCancellationRequested();
            try
            {
                var link = await ClientLink.OpenAsync(_options, cleanStart, _inbox, _time, _stop.Token);
                Interlocked.Increment(ref _reconnections);
                return link;
            }
            catch (MqttException)
            {
                await Task.Delay(pause, _time, _stop.Token);
            }
        }
    }

    /// <summary>Pings, and gives up a connection on which nothing has come for 1.5 times the keep-alive.</summary>
    private async Task WatchAsync(ClientLink link)
    {
        var keepAlive = link.Answer.Properties.ServerKeepAliveSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : _options.KeepAlive;
        if (keepAlive <= TimeSpan.Zero) return;
        using var timer = new PeriodicTimer(keepAlive / 2, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(link.Stopped))
            {
                if (!_receiver.Stalled && _time.GetElapsedTime(Volatile.Read(ref _heardAt)) > 1.5 * keepAlive) link.Abort();
                link.Output.Write(PingReqPacket.Instance);
                link.Output.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }

    private void Heard() => Volatile.Write(ref _heardAt, _time.GetTimestamp());

    private MqttException Refused(string filter, ReasonCode reason) =>
        new($"The MQTT broker at {_options.Host}:{_options.Port} refused the subscription to '{filter}': {Outgoing.Explain(reason)}");

    private static TaskCompletionSource<ClientLink> NewLink() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
