using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Protocol;

/// <summary>Reads a property list: each property known, allowed in this packet, once, and in its range.</summary>
internal static class PropertyReader
{
    public static MqttProperties Read(ref MqttReader packet, PacketType type, MqttVersion version)
    {
        if (version != MqttVersion.V5) return MqttProperties.None;
        var list = packet.Part(packet.VariableInt("property length"), "properties");
        var properties = MqttProperties.None;
        List<UserProperty>? pairs = null;
        List<uint>? identifiers = null;
        var seen = 0ul;
        while (!list.AtEnd)
        {
            var number = list.VariableInt("property identifier");
            var id = (PropertyId)Math.Min(number, byte.MaxValue);
            if (!Enum.IsDefined(id)) throw MqttProtocolException.Malformed($"there is no property 0x{number:X2}");
            if (!PropertyRules.Allowed(id, type)) throw MqttProtocolException.Violated($"{id} is not allowed in {(type == PropertyRules.Will ? "a will" : type)}");
            if ((seen >> (int)id & 1) != 0 && !PropertyRules.MayRepeat(id, type)) throw MqttProtocolException.Violated($"{id} is there twice");
            seen |= 1ul << (int)id;
            if (id == PropertyId.UserProperty && pairs?.Count >= MqttReader.MostEntries) throw MqttProtocolException.TooMany("user properties");
            if (id == PropertyId.UserProperty) (pairs ??= []).Add(new(list.Text("user property name"), list.Text("user property value")));
            else if (id == PropertyId.SubscriptionIdentifier) (identifiers ??= []).Add(Positive(list.VariableInt("subscription identifier"), id));
            else properties = One(properties, id, ref list);
        }
        if (pairs is null && identifiers is null) return properties;
        return properties with { UserProperties = (IReadOnlyList<UserProperty>?)pairs ?? [], SubscriptionIdentifiers = (IReadOnlyList<uint>?)identifiers ?? [] };
    }

    private static MqttProperties One(MqttProperties p, PropertyId id, ref MqttReader list) => id switch
    {
        PropertyId.PayloadFormat => p with { PayloadFormat = Flag(ref list, id) },
        PropertyId.MessageExpiry => p with { MessageExpirySeconds = list.UInt32("message expiry") },
        PropertyId.ContentType => p with { ContentType = list.Text("content type") },
        PropertyId.ResponseTopic => p with { ResponseTopic = TopicName(list.Text("response topic")) },
        PropertyId.CorrelationData => p with { CorrelationData = list.Binary("correlation data").ToArray() },
        PropertyId.SessionExpiry => p with { SessionExpirySeconds = list.UInt32("session expiry") },
        PropertyId.AssignedClientId => p with { AssignedClientId = list.Text("assigned client id") },
        PropertyId.ServerKeepAlive => p with { ServerKeepAliveSeconds = list.UInt16("server keep alive") },
        PropertyId.AuthenticationMethod => p with { AuthenticationMethod = list.Text("authentication method") },
        PropertyId.AuthenticationData => p with { AuthenticationData = list.Binary("authentication data").ToArray() },
        PropertyId.RequestProblemInformation => p with { RequestProblemInformation = Flag(ref list, id) },
        PropertyId.WillDelay => p with { WillDelaySeconds = list.UInt32("will delay") },
        PropertyId.RequestResponseInformation => p with { RequestResponseInformation = Flag(ref list, id) },
        PropertyId.ResponseInformation => p with { ResponseInformation = list.Text("response information") },
        PropertyId.ServerReference => p with { ServerReference = list.Text("server reference") },
        PropertyId.ReasonString => p with { ReasonString = list.Text("reason string") },
        PropertyId.ReceiveMaximum => p with { ReceiveMaximum = (ushort)Positive(list.UInt16("receive maximum"), id) },
        PropertyId.TopicAliasMaximum => p with { TopicAliasMaximum = list.UInt16("topic alias maximum") },
        PropertyId.TopicAlias => p with { TopicAlias = Alias(list.UInt16("topic alias")) },
        PropertyId.MaximumQos => p with { MaximumQos = Flag(ref list, id) },
        PropertyId.RetainAvailable => p with { RetainAvailable = Flag(ref list, id) },
        PropertyId.MaximumPacketSize => p with { MaximumPacketSize = Positive(list.UInt32("maximum packet size"), id) },
        PropertyId.WildcardSubscriptionAvailable => p with { WildcardSubscriptionAvailable = Flag(ref list, id) },
        PropertyId.SubscriptionIdentifierAvailable => p with { SubscriptionIdentifierAvailable = Flag(ref list, id) },
        PropertyId.SharedSubscriptionAvailable => p with { SharedSubscriptionAvailable = Flag(ref list, id) },
        _ => throw MqttProtocolException.Malformed($"there is no property 0x{(byte)id:X2}"),
    };

    private static byte Flag(ref MqttReader list, PropertyId id)
    {
        var value = list.Byte("property");
        return value <= 1 ? value : throw MqttProtocolException.Violated($"{id} is {value}, not 0 or 1");
    }

    private static uint Positive(uint value, PropertyId id) => value != 0 ? value : throw MqttProtocolException.Violated($"{id} is 0");

    private static ushort Alias(ushort value) => value != 0 ? value : throw new MqttProtocolException(ReasonCode.TopicAliasInvalid, "the topic alias is 0");

    private static string TopicName(string topic) =>
        TopicFilter.IsValidName(topic) ? topic : throw MqttProtocolException.Violated("the response topic is empty or has a wildcard");
}
