using System.Buffers.Binary;
using System.Collections.Concurrent;
using MELT.Devices.Time;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Clocks.Probing;

/// <summary>
/// Probes meters' clocks by MQTT 5 request and response: a question on <c>…/probe</c> names the topic of the answer and carries data that comes back with it.
/// It owns the connection, whose deliveries are all answers. QoS 0: a probe that is sent again would measure the sending again.
/// </summary>
public sealed class MqttClockProbes : IAsyncDisposable
{
    private readonly IMqttClient _client;
    private readonly HostClock _clock;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly string _answers;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<(Stamp At, ReadOnlyMemory<byte> Answer)>> _open = new();
    private Task _reading = Task.CompletedTask;
    private long _asked;

    private MqttClockProbes(IMqttClient client, string name, HostClock clock, TimeProvider time, TimeSpan patience) =>
        (_client, _clock, _time, _patience, _answers) = (client, clock, time, patience, $"melt/probed/{name}");

    /// <summary>Subscribes to the answers. <paramref name="name"/> tells this asker from others at the same broker.</summary>
    public static async Task<MqttClockProbes> StartAsync(IMqttClient client, string name, HostClock clock, TimeProvider time, TimeSpan patience, CancellationToken stop)
    {
        var probes = new MqttClockProbes(client, name, clock, time, patience);
        await client.SubscribeAsync(probes._answers, MqttQos.AtMostOnce, stop).ConfigureAwait(false);
        probes._reading = probes.ReadAsync();
        return probes;
    }

    public IClockProbe Of(MeterId meter) => new Probe(this, new MeltTopic.Probe(meter).ToString());

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var delivery in _client.Deliveries.ReadAllAsync().ConfigureAwait(false))
            {
                delivery.Acknowledge();
                if (delivery.Message.CorrelationData.Length == sizeof(long) && _open.TryRemove(BinaryPrimitives.ReadInt64LittleEndian(delivery.Message.CorrelationData.Span), out var waiting))
                    waiting.TrySetResult((_clock.At(delivery.ArrivedAt), delivery.Payload));
            }
        }
        catch (MqttException) { }        // the connection is gone for good: probes are lost, as their askers find
    }

    private async Task<ProbeAnswer?> AskAsync(string topic, CancellationToken stop)
    {
        var (number, waiting) = (Interlocked.Increment(ref _asked), new TaskCompletionSource<(Stamp At, ReadOnlyMemory<byte> Answer)>(TaskCreationOptions.RunContinuationsAsynchronously));
        var data = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(data, number);
        _open[number] = waiting;
        try
        {
            var sent = _clock.Now;
            await _client.PublishAsync(new(topic, default) { Qos = MqttQos.AtMostOnce, ResponseTopic = _answers, CorrelationData = data }, stop).ConfigureAwait(false);
            var (received, answer) = await waiting.Task.WaitAsync(_patience, _time, stop).ConfigureAwait(false);
            return ProbeMessage.Read(answer) is var (domain, at) ? new(domain, new(sent, at, received)) : null;
        }
        catch (Exception e) when (e is TimeoutException or MqttException)
        {
            return null;
        }
        finally
        {
            _open.TryRemove(number, out _);
        }
    }

    private sealed class Probe(MqttClockProbes probes, string topic) : IClockProbe
    {
        public Task<ProbeAnswer?> AskAsync(CancellationToken stop) => probes.AskAsync(topic, stop);
    }
}
