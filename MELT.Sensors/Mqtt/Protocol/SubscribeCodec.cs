using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Protocol;

internal static class SubscribeCodec
{
    public static SubscribePacket ReadSubscribe(ref MqttReader body, MqttVersion version)
    {
        var id = body.PacketId();
        var properties = PropertyReader.Read(ref body, PacketType.Subscribe, version);
        var subscriptions = new List<Subscription>(1);
        while (!body.AtEnd)
        {
            if (subscriptions.Count >= MqttReader.MostEntries) throw MqttProtocolException.TooMany("filters");
            subscriptions.Add(ReadOne(ref body, version));
        }
        if (subscriptions.Count == 0) throw MqttProtocolException.Violated("SUBSCRIBE names no filter");
        return new(id, subscriptions) { Properties = properties };
    }

    public static byte Write(MqttWriter to, SubscribePacket p, MqttVersion version)
    {
        to.UInt16(p.PacketId);
        PropertyWriter.Write(to, p.Properties, version);
        foreach (var s in p.Subscriptions)
        {
            to.Text(s.Filter);
            to.Byte(version == MqttVersion.V311
                ? (byte)s.Qos
                : (byte)((int)s.Qos | (s.NoLocal ? 4 : 0) | (s.RetainAsPublished ? 8 : 0) | (int)s.RetainHandling << 4));
        }
        return (byte)PacketType.Subscribe << 4 | 2;
    }

    public static UnsubscribePacket ReadUnsubscribe(ref MqttReader body, MqttVersion version)
    {
        var id = body.PacketId();
        var properties = PropertyReader.Read(ref body, PacketType.Unsubscribe, version);
        var filters = new List<string>(1);
        while (!body.AtEnd)
        {
            if (filters.Count >= MqttReader.MostEntries) throw MqttProtocolException.TooMany("filters");
            filters.Add(ReadFilter(ref body));
        }
        if (filters.Count == 0) throw MqttProtocolException.Violated("UNSUBSCRIBE names no filter");
        return new(id, filters) { Properties = properties };
    }

    public static byte Write(MqttWriter to, UnsubscribePacket p, MqttVersion version)
    {
        to.UInt16(p.PacketId);
        PropertyWriter.Write(to, p.Properties, version);
        foreach (var filter in p.Filters) to.Text(filter);
        return (byte)PacketType.Unsubscribe << 4 | 2;
    }

    public static SubAckPacket ReadSubAck(ref MqttReader body, MqttVersion version)
    {
        var id = body.PacketId();
        var properties = PropertyReader.Read(ref body, PacketType.SubAck, version);
        return new(id, ReadReasons(PacketType.SubAck, ref body, version)) { Properties = properties };
    }

    public static UnsubAckPacket ReadUnsubAck(ref MqttReader body, MqttVersion version)
    {
        var id = body.PacketId();
        var properties = PropertyReader.Read(ref body, PacketType.UnsubAck, version);
        if (version == MqttVersion.V311)
        {
            body.MustEnd("UNSUBACK");
            return new(id, []);
        }
        return new(id, ReadReasons(PacketType.UnsubAck, ref body, version)) { Properties = properties };
    }

    public static byte WriteReasons(MqttWriter to, PacketType type, ushort id, MqttProperties properties, IReadOnlyList<ReasonCode> reasons, MqttVersion version)
    {
        to.UInt16(id);
        PropertyWriter.Write(to, properties, version);
        if (version == MqttVersion.V5 || type == PacketType.SubAck)
            foreach (var reason in reasons) to.Byte(ReasonRules.ToWire(reason, type, version));
        return (byte)((byte)type << 4);
    }

    private static Subscription ReadOne(ref MqttReader body, MqttVersion version)
    {
        var filter = ReadFilter(ref body);
        var options = body.Byte("subscription options");
        if ((options & 3) == 3) throw MqttProtocolException.Malformed("QoS 3 does not exist");
        if ((options & (version == MqttVersion.V311 ? 0xFC : 0xC0)) != 0) throw MqttProtocolException.Malformed("a reserved subscription option is set");
        if ((options & 0x30) == 0x30) throw MqttProtocolException.Violated("retain handling 3 does not exist");
        var noLocal = (options & 4) != 0;
        if (noLocal && filter.StartsWith("$share/", StringComparison.Ordinal)) throw MqttProtocolException.Violated("no-local on a shared subscription");
        return new(filter, (MqttQos)(options & 3))
        {
            NoLocal = noLocal,
            RetainAsPublished = (options & 8) != 0,
            RetainHandling = (RetainHandling)(options >> 4 & 3),
        };
    }

    private static string ReadFilter(ref MqttReader body)
    {
        var filter = body.Text("topic filter");
        return TopicFilter.IsValid(filter)
            ? filter
            : throw new MqttProtocolException(ReasonCode.TopicFilterInvalid, filter.Length == 0 ? "the topic filter is empty" : "a wildcard of the topic filter is misplaced");
    }

    private static List<ReasonCode> ReadReasons(PacketType type, ref MqttReader body, MqttVersion version)
    {
        var reasons = new List<ReasonCode>(1);
        while (!body.AtEnd) reasons.Add(ReasonRules.Check(body.Byte("reason"), type, version));
        return reasons.Count > 0 ? reasons : throw MqttProtocolException.Violated($"{type} has no reason");
    }
}
