namespace MELT.Sensors.Mqtt.Packets;

/// <summary>A message on its way; the packet id is 0 exactly when QoS is 0.</summary>
public sealed record PublishPacket(string Topic, ReadOnlyMemory<byte> Payload) : MqttPacket
{
    public override PacketType Type => PacketType.Publish;
    public MqttQos Qos { get; init; }
    public bool Retain { get; init; }
    public bool Duplicate { get; init; }
    public ushort PacketId { get; init; }
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    /// <summary>The part of it that MELT's port carries.</summary>
    public MqttMessage ToMessage(bool retain) => new(Topic, Payload)
    {
        Qos = Qos,
        Retain = retain,
        ResponseTopic = Properties.ResponseTopic,
        CorrelationData = Properties.CorrelationData ?? default,
        ContentType = Properties.ContentType,
        UserProperties = Properties.UserProperties,
    };

    public static PublishPacket From(MqttMessage message) => new(message.Topic, message.Payload)
    {
        Qos = message.Qos,
        Retain = message.Retain,
        Properties = message is { ResponseTopic: null, ContentType: null, CorrelationData.IsEmpty: true, UserProperties.Count: 0 }
            ? MqttProperties.None
            : new()
            {
                ResponseTopic = message.ResponseTopic,
                ContentType = message.ContentType,
                CorrelationData = message.CorrelationData.IsEmpty ? default(ReadOnlyMemory<byte>?) : message.CorrelationData,
                UserProperties = message.UserProperties,
            },
    };
}
