namespace MELT.Sensors.Mqtt.Packets;

/// <summary>A wish for messages.</summary>
public sealed record SubscribePacket(ushort PacketId, IReadOnlyList<Subscription> Subscriptions) : MqttPacket
{
    public override PacketType Type => PacketType.Subscribe;
    public MqttProperties Properties { get; init; } = MqttProperties.None;
}

/// <summary>One filter with its options; the last three exist in MQTT 5 only.</summary>
public sealed record Subscription(string Filter, MqttQos Qos)
{
    public bool NoLocal { get; init; }
    public bool RetainAsPublished { get; init; }
    public RetainHandling RetainHandling { get; init; }
}

/// <summary>Whether stored messages are sent on subscribing.</summary>
public enum RetainHandling : byte { Send, SendIfNew, DoNotSend }

/// <summary>One answer per filter of the SUBSCRIBE.</summary>
public sealed record SubAckPacket(ushort PacketId, IReadOnlyList<ReasonCode> Reasons) : MqttPacket
{
    public override PacketType Type => PacketType.SubAck;
    public MqttProperties Properties { get; init; } = MqttProperties.None;
}

/// <summary>The end of a wish for messages.</summary>
public sealed record UnsubscribePacket(ushort PacketId, IReadOnlyList<string> Filters) : MqttPacket
{
    public override PacketType Type => PacketType.Unsubscribe;
    public MqttProperties Properties { get; init; } = MqttProperties.None;
}

/// <summary>One answer per filter of the UNSUBSCRIBE; empty in 3.1.1.</summary>
public sealed record UnsubAckPacket(ushort PacketId, IReadOnlyList<ReasonCode> Reasons) : MqttPacket
{
    public override PacketType Type => PacketType.UnsubAck;
    public MqttProperties Properties { get; init; } = MqttProperties.None;
}
