namespace MELT.Sensors.Mqtt.Packets;

/// <summary>PUBACK, PUBREC, PUBREL or PUBCOMP, as <paramref name="Kind"/> says: they differ in nothing else.</summary>
public sealed record AckPacket(PacketType Kind, ushort PacketId, ReasonCode Reason = ReasonCode.Success) : MqttPacket
{
    public override PacketType Type => Kind;
    public MqttProperties Properties { get; init; } = MqttProperties.None;
}
