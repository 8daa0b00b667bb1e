using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Protocol;

internal static class ConnectCodec
{
    private const int CleanStart = 0x02, HasWill = 0x04, WillRetain = 0x20, HasPassword = 0x40, HasUserName = 0x80;

    public static ConnectPacket Read(ref MqttReader body)
    {
        var name = body.Text("protocol name");
        var level = body.Byte("protocol level");
        if (name is not "MQTT" || level is not (4 or 5))
            throw name is "MQTT" or "MQIsdp"
                ? new MqttProtocolException(ReasonCode.UnsupportedProtocolVersion, $"protocol level {level} is neither MQTT 3.1.1 nor 5.0")
                : MqttProtocolException.Malformed("the protocol name is not MQTT");
        var version = (MqttVersion)level;
        var flags = body.Byte("connect flags");
        CheckFlags(flags, version);
        var keepAlive = body.UInt16("keep alive");
        var properties = PropertyReader.Read(ref body, PacketType.Connect, version);
        if (properties is { AuthenticationData: not null, AuthenticationMethod: null }) throw MqttProtocolException.Violated("authentication data without a method");
        var clientId = body.Text("client id");
        var packet = new ConnectPacket(version, clientId)
        {
            CleanStart = (flags & CleanStart) != 0,
            KeepAliveSeconds = keepAlive,
            Properties = properties,
            Will = (flags & HasWill) != 0 ? ReadWill(ref body, flags, version) : null,
            UserName = (flags & HasUserName) != 0 ? body.Text("user name") : null,
            Password = (flags & HasPassword) != 0 ? body.Binary("password").ToArray() : default(ReadOnlyMemory<byte>?),
        };
        body.MustEnd("CONNECT");
        return packet;
    }

    public static byte Write(MqttWriter to, ConnectPacket p)
    {
        to.Text("MQTT");
        to.Byte((byte)p.Version);
        to.Byte((byte)((p.CleanStart ? CleanStart : 0) | (p.UserName is null ? 0 : HasUserName) | (p.Password is null ? 0 : HasPassword)
            | (p.Will is null ? 0 : HasWill | (int)p.Will.Qos << 3 | (p.Will.Retain ? WillRetain : 0))));
        to.UInt16(p.KeepAliveSeconds);
        PropertyWriter.Write(to, p.Properties, p.Version);
        to.Text(p.ClientId);
        if (p.Will is { } will)
        {
            PropertyWriter.Write(to, will.Properties, p.Version);
            to.Text(will.Topic);
            to.Binary(will.Payload.Span);
        }
        if (p.UserName is { } user) to.Text(user);
        if (p.Password is { } password) to.Binary(password.Span);
        return (byte)PacketType.Connect << 4;
    }

    private static void CheckFlags(int flags, MqttVersion version)
    {
        if ((flags & 1) != 0) throw MqttProtocolException.Malformed("the reserved connect flag is set");
        if ((flags & HasWill) == 0 && (flags & 0x38) != 0) throw MqttProtocolException.Malformed("will options without a will");
        if ((flags >> 3 & 3) == 3) throw MqttProtocolException.Malformed("the will's QoS is 3");
        if (version == MqttVersion.V311 && (flags & (HasUserName | HasPassword)) == HasPassword) throw MqttProtocolException.Malformed("a password without a user name");
    }

    private static MqttWill ReadWill(ref MqttReader body, int flags, MqttVersion version)
    {
        var properties = PropertyReader.Read(ref body, PropertyRules.Will, version);
        var topic = body.Text("will topic");
        if (!TopicFilter.IsValidName(topic)) throw new MqttProtocolException(ReasonCode.TopicNameInvalid, "the will's topic is empty or has a wildcard");
        return new(topic, body.Binary("will payload").ToArray(), (MqttQos)(flags >> 3 & 3), (flags & WillRetain) != 0) { Properties = properties };
    }
}
