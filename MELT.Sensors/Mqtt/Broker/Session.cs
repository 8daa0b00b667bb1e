using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Transport;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>What the broker keeps of a client between its connections; <see cref="SessionTable"/> guards who is connected.</summary>
internal sealed class Session(string clientId, TimeProvider time)
{
    public const uint NeverExpires = uint.MaxValue;

    public string ClientId { get; } = clientId;
    public Outbox Outbox { get; } = new(time);
    public ExactlyOnceInbox Inbox { get; } = new();
    /// <summary>What is still to be published should the client vanish, or has vanished a while ago; null: nothing.</summary>
    public MqttWill? Will { get; set; }
    public uint ExpirySeconds { get; set; }
    /// <summary>Whose it is: nobody else may continue it or throw its client out; null: an anonymous client's.</summary>
    public string? User { get; init; }
    public BrokerConnection? Connection { get; set; }
    public long LeftAt { get; set; }
}
