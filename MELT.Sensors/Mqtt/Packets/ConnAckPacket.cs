namespace MELT.Sensors.Mqtt.Packets;

/// <summary>The broker's answer to CONNECT.</summary>
public sealed record ConnAckPacket(bool SessionPresent, ReasonCode Reason) : MqttPacket
{
    public override PacketType Type => PacketType.ConnAck;
    public MqttProperties Properties { get; init; } = MqttProperties.None;
}
