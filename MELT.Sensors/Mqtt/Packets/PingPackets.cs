namespace MELT.Sensors.Mqtt.Packets;

/// <summary>"Are you there?"</summary>
public sealed record PingReqPacket : MqttPacket
{
    public static readonly PingReqPacket Instance = new();
    public override PacketType Type => PacketType.PingReq;
}

/// <summary>"I am."</summary>
public sealed record PingRespPacket : MqttPacket
{
    public static readonly PingRespPacket Instance = new();
    public override PacketType Type => PacketType.PingResp;
}
