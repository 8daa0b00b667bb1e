namespace MELT.Sensors.Mqtt.Packets;

/// <summary>A farewell; in 3.1.1 only a client says it and gives no reason.</summary>
public sealed record DisconnectPacket(ReasonCode Reason = ReasonCode.Success) : MqttPacket
{
    public override PacketType Type => PacketType.Disconnect;
    public MqttProperties Properties { get; init; } = MqttProperties.None;
}

/// <summary>Extended authentication of MQTT 5; read so that it can be refused by name.</summary>
public sealed record AuthPacket(ReasonCode Reason = ReasonCode.Success) : MqttPacket
{
    public override PacketType Type => PacketType.Auth;
    public MqttProperties Properties { get; init; } = MqttProperties.None;
}
