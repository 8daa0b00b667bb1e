using System.Threading.Channels;
using MELT.Devices.Time;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt;

/// <summary>
/// A connection to a broker, as MELT uses it. Subscriptions and deliveries survive reconnects (persistent session);
/// a delivery is acknowledged to the broker only by <see cref="MqttDelivery.Acknowledge"/>.
/// </summary>
public interface IMqttClient : IAsyncDisposable
{
    /// <summary>Deliveries of all subscriptions, in order. Bounded by Receive Maximum for QoS 1; QoS 0 beyond the channel's room is dropped and counted.</summary>
    ChannelReader<MqttDelivery> Deliveries { get; }

    /// <summary>False while a lost connection is being made again.</summary>
    bool IsConnected { get; }

    /// <summary>How often a lost connection was made again; a broker that was started again may have forgotten what it retained.</summary>
    int Reconnections => 0;

    /// <summary>Completes when the broker granted the subscription; throws <see cref="MqttException"/> when refused.</summary>
    Task SubscribeAsync(string filter, MqttQos qos, CancellationToken stop);

    /// <summary>Completes when written (QoS 0) or acknowledged (QoS 1). A failure means unknown: publish again.</summary>
    Task PublishAsync(MqttMessage message, CancellationToken stop);
}

public enum MqttQos : byte { AtMostOnce = 0, AtLeastOnce = 1, ExactlyOnce = 2 }

/// <summary>What is published: topic, payload and the MQTT 5 properties MELT uses.</summary>
public sealed record MqttMessage(string Topic, ReadOnlyMemory<byte> Payload)
{
    public MqttQos Qos { get; init; } = MqttQos.AtLeastOnce;
    public bool Retain { get; init; }
    public string? ResponseTopic { get; init; }
    public ReadOnlyMemory<byte> CorrelationData { get; init; }
    public string? ContentType { get; init; }
    /// <summary>Names and values of the publisher's own, in its order; MQTT 3.1.1 does not carry them.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>The same message, told to be handed over at this moment of its publisher's clock.</summary>
    public MqttMessage PublishedAt(Stamp moment) => this with { UserProperties = [.. UserProperties, new(MessageTimes.PublishedProperty, moment.ToString())] };

    /// <summary>The first value of this name; null when there is none.</summary>
    public string? Property(string name)
    {
        foreach (var property in UserProperties)
            if (property.Name == name) return property.Value;
        return null;
    }
}

/// <summary>
/// A message that arrived, and the duty to acknowledge it. <paramref name="acknowledge"/> releases PUBACK to whoever sent it
/// (a broker, or the publisher itself when MELT is the broker); it runs at most once. An unacknowledged QoS 1 message comes again.
/// </summary>
public sealed class MqttDelivery(MqttMessage message, bool duplicate, long arrivedAt, string? publisher, Action acknowledge)
{
    private int _acknowledged;

    public MqttMessage Message { get; } = message;
    public string Topic => Message.Topic;
    public ReadOnlyMemory<byte> Payload => Message.Payload;
    /// <summary>The broker had it stored: an old value, not a new reading.</summary>
    public bool Retained => Message.Retain;
    /// <summary>DUP flag: may have been delivered before.</summary>
    public bool Duplicate { get; } = duplicate;
    /// <summary>Monotonic timestamp (Stopwatch) when the packet was read.</summary>
    public long ArrivedAt { get; } = arrivedAt;
    /// <summary>Client id of the publisher when MELT is the broker; otherwise null.</summary>
    public string? Publisher { get; } = publisher;

    public void Acknowledge()
    {
        if (Interlocked.Exchange(ref _acknowledged, 1) == 0) acknowledge();
    }
}

/// <summary>The broker said no, or spoke nonsense; the message says what, where and what to do.</summary>
public sealed class MqttException(string message, Exception? inner = null) : Exception(message, inner);
