using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Protocol;

internal static class PublishCodec
{
    public static PublishPacket Read(int flags, ref MqttReader body, MqttVersion version)
    {
        var qos = flags >> 1 & 3;
        if (qos == 3) throw MqttProtocolException.Malformed("QoS 3 does not exist");
        if (qos == 0 && (flags & 8) != 0) throw MqttProtocolException.Malformed("DUP is set on a QoS 0 message");
        var topic = body.Text("topic");
        var id = qos > 0 ? body.PacketId() : (ushort)0;
        var properties = PropertyReader.Read(ref body, PacketType.Publish, version);
        if (!TopicFilter.IsValidName(topic) && !(topic.Length == 0 && properties.TopicAlias is not null))
            throw new MqttProtocolException(ReasonCode.TopicNameInvalid, topic.Length == 0 ? "the topic is empty" : "the topic has a wildcard");
        return new(topic, body.Rest().ToArray())
        {
            Qos = (MqttQos)qos,
            Retain = (flags & 1) != 0,
            Duplicate = (flags & 8) != 0,
            PacketId = id,
            Properties = properties,
        };
    }

    public static byte Write(MqttWriter to, PublishPacket p, MqttVersion version)
    {
        to.Text(p.Topic);
        if (p.Qos > MqttQos.AtMostOnce) to.UInt16(p.PacketId);
        PropertyWriter.Write(to, p.Properties, version);
        to.Bytes(p.Payload.Span);
        return (byte)((byte)PacketType.Publish << 4 | (p.Duplicate ? 8 : 0) | (byte)p.Qos << 1 | (p.Retain ? 1 : 0));
    }
}
