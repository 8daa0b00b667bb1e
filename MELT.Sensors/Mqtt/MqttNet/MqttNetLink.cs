using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Mqtt.Packets;
using MQTTnet.Exceptions;
using Net = MQTTnet;

namespace MELT.Sensors.Mqtt.MqttNet;

/// <summary>
/// One connection, and the MQTTnet client that is used for no other: an acknowledgement given late would otherwise go out on the next connection,
/// where its packet id may stand for a message that nobody has stored.
/// </summary>
internal sealed class MqttNetLink
{
    private const uint LargestPacket = 268_435_455;   // what four length bytes can say

    private static readonly TimeSpan s_reading = TimeSpan.FromSeconds(1);

    private readonly Net.IMqttClient _client = new Net.MqttClientFactory().CreateMqttClient();
    private readonly MqttClientOptions _options;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<ReasonCode> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private Net.MqttClientConnectResult _answer = new();
    private ReasonCode _farewell;

    private MqttNetLink(MqttClientOptions options, Action<MqttNetLink, Net.MqttApplicationMessageReceivedEventArgs> received, TimeProvider time)
    {
        (_options, _time, Acknowledgements) = (options, time, new(this));
        _client.ApplicationMessageReceivedAsync += arrived =>
        {
            arrived.AutoAcknowledge = false;
            received(this, arrived);
            return Task.CompletedTask;
        };
        _client.DisconnectedAsync += farewell =>
        {
            End((ReasonCode)(byte)farewell.Reason);
            return Task.CompletedTask;
        };
    }

    public MqttNetAcknowledgements Acknowledgements { get; }
    public CancellationToken Stopped => _stop.Token;
    /// <summary>Completes with the broker's reason when the connection has ended.</summary>
    public Task<ReasonCode> Ended => _ended.Task;
    public bool SessionPresent => _answer.IsSessionPresent;
    /// <summary>What the broker takes unanswered; null when it did not say, which MQTTnet gives as 0.</summary>
    public ushort? ReceiveMaximum => _answer.ReceiveMaximum is > 0 and var most ? most : null;

    /// <summary>Everything up to a positive CONNACK, within the connect time-out.</summary>
    public static async Task<MqttNetLink> OpenAsync(MqttClientOptions options, bool cleanStart, Action<MqttNetLink, Net.MqttApplicationMessageReceivedEventArgs> received,
        TimeProvider time, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        var link = new MqttNetLink(options, received, time);
        try
        {
            link._answer = await link._client.ConnectAsync(MqttNetTranslation.Options(options, cleanStart), either.Token);
            if (link._answer.ResultCode != Net.MqttClientConnectResultCode.Success) throw MqttNetRefusals.Refused(options, link._answer);
            return link;
        }
        catch (Exception e)
        {
            link._client.Dispose();
            stop.ThrowIfCancellationRequested();
            if (e is MqttException) throw;
            throw MqttNetRefusals.Unreachable(options, e, timeout.IsCancellationRequested);
        }
    }

    /// <summary>Gives the connection up; <paramref name="reason"/> is what the broker is told.</summary>
    public void Abort(ReasonCode reason)
    {
        _farewell = reason;
        End(ReasonCode.Success);
    }

    /// <summary>After a failure: MQTTnet may still be reading why the broker ended the connection, and is given a moment for it.</summary>
    public async Task BrokenAsync()
    {
        await Task.WhenAny(_ended.Task, Task.Delay(s_reading, _time, Stopped));
        Abort(ReasonCode.Success);
    }

    /// <summary>Says farewell, at most for <paramref name="patience"/>, and closes the socket.</summary>
    public async Task CloseAsync(TimeSpan patience)
    {
        Acknowledgements.Close();
        using var enough = new CancellationTokenSource(patience, _time);
        try
        {
            await _client.DisconnectAsync(new Net.MqttClientDisconnectOptions { Reason = (Net.MqttClientDisconnectOptionsReason)_farewell }, enough.Token);
        }
        catch (Exception e) when (e is MqttCommunicationException or OperationCanceledException or ObjectDisposedException)
        {
            // It is broken already.
        }
        _client.Dispose();
    }

    /// <summary>The broker's answer; null when the connection ended before.</summary>
    public Task<ReasonCode?> SubscribeAsync(string filter, MqttQos qos) => UnlessBrokenAsync(async () =>
        (ReasonCode)(byte)(await _client.SubscribeAsync(MqttNetTranslation.Subscription(filter, qos), Stopped)).Items.Single().ResultCode);

    /// <summary>The broker's answer, success at once for QoS 0; null when the connection ended before. Calls reach the socket in their order.</summary>
    public Task<ReasonCode?> PublishAsync(MqttMessage message, bool repeated) => MqttNetTranslation.LargestSize(message) > (_answer.MaximumPacketSize is > 0 and var most ? most : LargestPacket)
        ? Task.FromResult<ReasonCode?>(ReasonCode.PacketTooLarge)
        : UnlessBrokenAsync(async () => (ReasonCode)(byte)(await _client.PublishAsync(MqttNetTranslation.Outgoing(message, repeated), Stopped)).ReasonCode);

    /// <summary>
    /// Pings, and gives up a connection that does not answer within the keep-alive. MQTTnet would ping by itself, but by its own keep-alive
    /// when the broker wants another, and not at all while it is sending.
    /// </summary>
    public async Task WatchAsync()
    {
        var keepAlive = _answer.ServerKeepAlive > 0 ? TimeSpan.FromSeconds(_answer.ServerKeepAlive) : _options.KeepAlive;
        if (keepAlive <= TimeSpan.Zero) return;
        using var timer = new PeriodicTimer(keepAlive / 2, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(Stopped))
            {
                using var patience = new CancellationTokenSource(keepAlive, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, Stopped);
                await _client.PingAsync(either.Token);
            }
        }
        catch (Exception)
        {
            await BrokenAsync();
        }
    }

    /// <summary>
    /// Whatever MQTTnet throws, the connection is of no further use. It gets no other token than the connection's: cancelled while writing,
    /// it leaves half a packet on a socket that it goes on using.
    /// </summary>
    private async Task<ReasonCode?> UnlessBrokenAsync(Func<Task<ReasonCode>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception)
        {
            await BrokenAsync();
            return null;
        }
    }

    private void End(ReasonCode reason)
    {
        _ended.TrySetResult(reason);
        _ = _stop.CancelAsync();
    }
}
