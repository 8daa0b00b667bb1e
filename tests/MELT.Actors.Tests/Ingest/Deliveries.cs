using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;

namespace MELT.Actors.Tests.Ingest;

/// <summary>Messages as a broker would deliver them, and which of them were acknowledged.</summary>
internal sealed class Deliveries
{
    private readonly Channel<MqttDelivery> _channel = Channel.CreateUnbounded<MqttDelivery>();
    private readonly ConcurrentQueue<Sent> _acknowledged = [];
    private int _sent;

    public ChannelReader<MqttDelivery> Reader => _channel.Reader;
    public int Count => _sent;
    public IReadOnlyCollection<Sent> Acknowledged => _acknowledged;

    /// <summary>Runs inside every acknowledgement.</summary>
    public Action<Sent> OnAcknowledge { get; set; } = _ => { };

    public Sent Reading(string meter, string json, bool retained = false) => Send($"melt/v1/{meter}/readings", Encoding.UTF8.GetBytes(json), retained);
    public Sent About(string meter, MeterDescription description) => Send($"melt/v1/{meter}/about", JsonSerializer.SerializeToUtf8Bytes(description, MeterJson.Default.MeterDescription), retained: true);

    public Sent Send(string topic, string payload) => Send(topic, Encoding.UTF8.GetBytes(payload));

    /// <param name="arrivedAt">Timestamp of the stopwatch; null: now.</param>
    public Sent Send(string topic, byte[] payload, bool retained = false, long? arrivedAt = null)
    {
        var sent = new Sent(topic, payload);
        _channel.Writer.TryWrite(new(new(topic, payload) { Retain = retained }, duplicate: false, arrivedAt ?? Stopwatch.GetTimestamp(), null, () =>
        {
            OnAcknowledge(sent);
            _acknowledged.Enqueue(sent);
            sent.Done.TrySetResult();
        }));
        _sent++;
        return sent;
    }

    public void End() => _channel.Writer.Complete();
}

/// <summary>One message and the moment of its acknowledgement.</summary>
internal sealed record Sent(string Topic, byte[] Payload)
{
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public Task AcknowledgedAsync() => Done.Task.WaitAsync(TimeSpan.FromSeconds(20));
}
