using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Mqtt.Packets;
using MQTTnet.Protocol;
using Net = MQTTnet;

namespace MELT.Sensors.Mqtt.MqttNet;

/// <summary>
/// <see cref="IMqttClient"/> over MQTTnet, which reconnects nothing, bounds nothing and keeps no message: reconnecting, subscribing and publishing again,
/// the order of acknowledgements and the window towards the broker are done here. MQTT 5 and QoS 0 and 1 only, <see cref="MqttNetRefusals"/> says why.
/// </summary>
public sealed class MqttNetClient : IMqttClient
{
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    private readonly MqttClientOptions _options;
    private readonly TimeProvider _time;
    private readonly MqttNetOutbox _outbox;
    private readonly Channel<MqttDelivery> _deliveries;
    private readonly ConcurrentDictionary<string, MqttQos> _subscriptions = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private volatile TaskCompletionSource<MqttNetLink> _link = NewLink();
    private Task _running = Task.CompletedTask;
    private long _dropped;
    private int _reconnections;
    private int _disposed;

    private MqttNetClient(MqttClientOptions options, TimeProvider time)
    {
        (_options, _time, _outbox) = (options, time, new(options));
        // Receive Maximum of QoS 1 and as many of QoS 0. MQTTnet reads on whatever happens here, so beyond that QoS 0 is dropped and counted,
        // and QoS 1 ends the connection: the next is made when there is room, and the broker sends again what was not acknowledged.
        _deliveries = Channel.CreateBounded<MqttDelivery>(2 * options.ReceiveMaximum);
    }

    public ChannelReader<MqttDelivery> Deliveries => _deliveries.Reader;
    public bool IsConnected => _link.Task.IsCompletedSuccessfully;
    /// <summary>QoS 0 messages that found the channel of deliveries full.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);
    public int Reconnections => Volatile.Read(ref _reconnections);

    /// <summary>Connects, or says in <see cref="MqttException"/> why not; from then on lost connections are made again.</summary>
    public static async Task<MqttNetClient> ConnectAsync(MqttClientOptions options, TimeProvider? time = null, CancellationToken stop = default)
    {
        if (options.Version != MqttVersion.V5) throw MqttNetRefusals.OlderVersion(options);
        var client = new MqttNetClient(options, time ?? TimeProvider.System);
        var link = await MqttNetLink.OpenAsync(options, options.CleanStart, client.Received, client._time, stop);
        client._running = client.RunAsync(link);
        return client;
    }

    public async Task SubscribeAsync(string filter, MqttQos qos, CancellationToken stop)
    {
        if (!TopicFilter.IsValid(filter)) throw new MqttException($"'{filter}' is not a topic filter: + and # stand for whole levels, and # for the last one.");
        if (qos == MqttQos.ExactlyOnce) throw MqttNetRefusals.ExactlyOnce($"A subscription to '{filter}'");
        while (true)
        {
            var link = await _link.Task.WaitAsync(stop);
            _subscriptions[filter] = qos;   // before asking: should the session be lost meanwhile, it is asked for again
            var answer = await link.SubscribeAsync(filter, qos).WaitAsync(stop);
            if (answer is null) continue;   // the connection ended: once more on the next
            if (answer < ReasonCode.UnspecifiedError) return;
            _subscriptions.TryRemove(filter, out _);
            throw Refused(filter, answer.Value);
        }
    }

    public async Task PublishAsync(MqttMessage message, CancellationToken stop)
    {
        if (Outgoing.Objection(message) is { } objection) throw new MqttException(objection);
        if (message.Qos == MqttQos.ExactlyOnce) throw MqttNetRefusals.ExactlyOnce($"A message to '{message.Topic}'");
        if (message.Qos == MqttQos.AtLeastOnce)
        {
            await _outbox.PublishAsync(message, stop);
            return;
        }
        if (_link.Task is not { IsCompletedSuccessfully: true } connected) throw new MqttException($"Not connected to {_options} just now; a QoS 0 message was not sent.");
        if (await (await connected).PublishAsync(message, repeated: false).WaitAsync(stop) is not { } reason || reason >= ReasonCode.UnspecifiedError)
            throw new MqttException($"A QoS 0 message to '{message.Topic}' was not sent: the connection to {_options} ended, or the message is larger than the broker takes.");
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stop.CancelAsync();
        await _running;
        _deliveries.Writer.TryComplete();
    }

    private async Task RunAsync(MqttNetLink link)
    {
        var failure = (Exception?)null;
        try
        {
            while ((failure = await UseAsync(link)) is null) link = await ReconnectAsync();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
        failure ??= new MqttException($"The client of {_options} is closed.");
        _deliveries.Writer.TryComplete(_stop.IsCancellationRequested ? null : failure);
        _outbox.Abandon(_stop.IsCancellationRequested ? ReasonCode.ServerShuttingDown : ReasonCode.SessionTakenOver);
        if (!_link.TrySetException(failure)) (_link = NewLink()).SetException(failure);
        _ = _link.Task.Exception;   // seen: whoever calls next gets it
    }

    /// <summary>Until the connection ends; returns why there must not be another, if so.</summary>
    private async Task<Exception?> UseAsync(MqttNetLink link)
    {
        ReasonCode reason;
        Task<MqttException?> subscribing;
        await using (_stop.Token.Register(() => link.Abort(ReasonCode.Success)))
        {
            var working = Task.WhenAll(link.WatchAsync(), _outbox.SendAsync(link));
            subscribing = SubscribeAgainAsync(link);
            _link.TrySetResult(link);
            reason = await link.Ended;
            _link = NewLink();
            await link.CloseAsync(s_farewell);
            await working;
        }
        var refused = await subscribing;
        return reason == ReasonCode.SessionTakenOver ? Refusals.TakenOver(_options) : refused;
    }

    /// <summary>A subscription refused after a reconnection ends the client: silence would look like a quiet sensor.</summary>
    private async Task<MqttException?> SubscribeAgainAsync(MqttNetLink link)
    {
        if (link.SessionPresent) return null;
        foreach (var (filter, qos) in _subscriptions)
        {
            if (await link.SubscribeAsync(filter, qos) is not { } answer) return null;
            if (answer < ReasonCode.UnspecifiedError) continue;
            link.Abort(ReasonCode.Success);
            return Refused(filter, answer);
        }
        return null;
    }

    private async Task<MqttNetLink> ReconnectAsync()
    {
        await _deliveries.Writer.WaitToWriteAsync(_stop.Token);
        for (var pause = _options.ShortestPause; ; pause = pause * 2 < _options.LongestPause ? pause * 2 : _options.LongestPause)
        {
            _stop.Token.ThrowIfCancellationRequested();
            try
            {
                var link = await MqttNetLink.OpenAsync(_options, cleanStart: false, Received, _time, _stop.Token);
                Interlocked.Increment(ref _reconnections);
                return link;
            }
            catch (MqttException)
            {
                await Task.Delay(pause, _time, _stop.Token);
            }
        }
    }

    /// <summary>MQTTnet calls it for one message after the other and waits for it: so it never waits itself.</summary>
    private void Received(MqttNetLink link, Net.MqttApplicationMessageReceivedEventArgs arrived)
    {
        if (link.Stopped.IsCancellationRequested) return;
        var (message, duplicate) = (arrived.ApplicationMessage.ToMessage(), arrived.ApplicationMessage.Dup);
        if (arrived.ApplicationMessage.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce)
        {
            var fits = _deliveries.Reader.Count < _options.ReceiveMaximum;
            if (!fits || !_deliveries.Writer.TryWrite(new(message, duplicate, Stopwatch.GetTimestamp(), publisher: null, static () => { }))) Interlocked.Increment(ref _dropped);
            return;
        }
        var held = link.Acknowledgements.Add(arrived);
        if (!_deliveries.Writer.TryWrite(new(message, duplicate, Stopwatch.GetTimestamp(), publisher: null, held.Acknowledge))) link.Abort(ReasonCode.ReceiveMaximumExceeded);
    }

    private MqttException Refused(string filter, ReasonCode reason) =>
        new($"The MQTT broker at {_options.Host}:{_options.Port} refused the subscription to '{filter}': {Outgoing.Explain(reason)}");

    private static TaskCompletionSource<MqttNetLink> NewLink() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
