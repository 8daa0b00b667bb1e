using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Protocol;

/// <summary>The packets that are little more than a reason: CONNACK, the four acknowledgements, DISCONNECT, AUTH.</summary>
internal static class ReasonCodec
{
    public static ConnAckPacket ReadConnAck(ref MqttReader body, MqttVersion version)
    {
        var flags = body.Byte("acknowledge flags");
        if (flags > 1) throw MqttProtocolException.Malformed("a reserved acknowledge flag is set");
        var reason = ReasonRules.Check(body.Byte("reason"), PacketType.ConnAck, version);
        if (flags == 1 && reason != ReasonCode.Success) throw MqttProtocolException.Violated("a refused connection has no session");
        var packet = new ConnAckPacket(flags == 1, reason) { Properties = PropertyReader.Read(ref body, PacketType.ConnAck, version) };
        body.MustEnd("CONNACK");
        return packet;
    }

    public static byte Write(MqttWriter to, ConnAckPacket p, MqttVersion version)
    {
        to.Byte(p.SessionPresent ? (byte)1 : (byte)0);
        to.Byte(ReasonRules.ToWire(p.Reason, PacketType.ConnAck, version));
        PropertyWriter.Write(to, p.Properties, version);
        return (byte)PacketType.ConnAck << 4;
    }

    public static AckPacket ReadAck(PacketType kind, ref MqttReader body, MqttVersion version)
    {
        var id = body.PacketId();
        var (reason, properties) = ReadTail(kind, ref body, version);
        return new(kind, id, reason) { Properties = properties };
    }

    public static byte Write(MqttWriter to, AckPacket p, MqttVersion version)
    {
        to.UInt16(p.PacketId);
        WriteTail(to, p.Kind, p.Reason, p.Properties, version);
        return (byte)((byte)p.Kind << 4 | (p.Kind == PacketType.PubRel ? 2 : 0));
    }

    public static DisconnectPacket ReadDisconnect(ref MqttReader body, MqttVersion version)
    {
        var (reason, properties) = ReadTail(PacketType.Disconnect, ref body, version);
        return new(reason) { Properties = properties };
    }

    public static AuthPacket ReadAuth(ref MqttReader body, MqttVersion version)
    {
        if (version != MqttVersion.V5) throw MqttProtocolException.Malformed("AUTH does not exist in MQTT 3.1.1");
        var (reason, properties) = ReadTail(PacketType.Auth, ref body, version);
        return new(reason) { Properties = properties };
    }

    /// <summary>Reason and properties may be left out when they say nothing, and are in 3.1.1.</summary>
    public static byte WriteTail(MqttWriter to, PacketType type, ReasonCode reason, MqttProperties properties, MqttVersion version)
    {
        if (version == MqttVersion.V5 && (reason != ReasonCode.Success || !ReferenceEquals(properties, MqttProperties.None)))
        {
            to.Byte((byte)reason);
            if (!ReferenceEquals(properties, MqttProperties.None)) PropertyWriter.Write(to, properties, version);
        }
        return (byte)((byte)type << 4);
    }

    private static (ReasonCode Reason, MqttProperties Properties) ReadTail(PacketType type, ref MqttReader body, MqttVersion version)
    {
        if (version != MqttVersion.V5 || body.AtEnd)
        {
            body.MustEnd(type.ToString());
            return (ReasonCode.Success, MqttProperties.None);
        }
        var reason = ReasonRules.Check(body.Byte("reason"), type, version);
        if (body.AtEnd) return (reason, MqttProperties.None);
        var properties = PropertyReader.Read(ref body, type, version);
        body.MustEnd(type.ToString());
        return (reason, properties);
    }
}
