namespace MELT.Sensors.Mqtt.Packets;

/// <summary>One control packet of MQTT 3.1.1 or 5.0; fields of the other version stay at their defaults.</summary>
public abstract record MqttPacket
{
    public abstract PacketType Type { get; }
}

/// <summary>The protocol level as CONNECT carries it.</summary>
public enum MqttVersion : byte { V311 = 4, V5 = 5 }

/// <summary>The upper four bits of every packet.</summary>
public enum PacketType : byte
{
    Connect = 1, ConnAck, Publish, PubAck, PubRec, PubRel, PubComp, Subscribe, SubAck, Unsubscribe, UnsubAck, PingReq, PingResp, Disconnect, Auth,
}
