using static MELT.Sensors.Mqtt.Packets.PacketType;

namespace MELT.Sensors.Mqtt.Protocol;

internal enum PropertyId : byte
{
    PayloadFormat = 0x01, MessageExpiry = 0x02, ContentType = 0x03, ResponseTopic = 0x08, CorrelationData = 0x09, SubscriptionIdentifier = 0x0B,
    SessionExpiry = 0x11, AssignedClientId = 0x12, ServerKeepAlive = 0x13, AuthenticationMethod = 0x15, AuthenticationData = 0x16,
    RequestProblemInformation = 0x17, WillDelay = 0x18, RequestResponseInformation = 0x19, ResponseInformation = 0x1A, ServerReference = 0x1C,
    ReasonString = 0x1F, ReceiveMaximum = 0x21, TopicAliasMaximum = 0x22, TopicAlias = 0x23, MaximumQos = 0x24, RetainAvailable = 0x25,
    UserProperty = 0x26, MaximumPacketSize = 0x27, WildcardSubscriptionAvailable = 0x28, SubscriptionIdentifierAvailable = 0x29,
    SharedSubscriptionAvailable = 0x2A,
}

/// <summary>Which packet may carry which property (MQTT 5.0 table 2-4).</summary>
internal static class PropertyRules
{
    /// <summary>The place of a will's properties, which have a list of their own inside CONNECT.</summary>
    public const Packets.PacketType Will = 0;

    public static bool Allowed(PropertyId id, Packets.PacketType packet) => (Places(id) >> (int)packet & 1) != 0;

    public static bool MayRepeat(PropertyId id, Packets.PacketType packet) =>
        id == PropertyId.UserProperty || (id == PropertyId.SubscriptionIdentifier && packet == Publish);

    private static int Places(PropertyId id) => id switch
    {
        PropertyId.PayloadFormat or PropertyId.MessageExpiry or PropertyId.ContentType or PropertyId.ResponseTopic or PropertyId.CorrelationData => In(Publish, Will),
        PropertyId.SubscriptionIdentifier => In(Publish, Subscribe),
        PropertyId.SessionExpiry => In(Connect, ConnAck, Disconnect),
        PropertyId.AuthenticationMethod or PropertyId.AuthenticationData => In(Connect, ConnAck, Auth),
        PropertyId.RequestProblemInformation or PropertyId.RequestResponseInformation => In(Connect),
        PropertyId.WillDelay => In(Will),
        PropertyId.ServerReference => In(ConnAck, Disconnect),
        PropertyId.ReasonString => In(ConnAck, PubAck, PubRec, PubRel, PubComp, SubAck, UnsubAck, Disconnect, Auth),
        PropertyId.ReceiveMaximum or PropertyId.TopicAliasMaximum or PropertyId.MaximumPacketSize => In(Connect, ConnAck),
        PropertyId.TopicAlias => In(Publish),
        PropertyId.UserProperty => ~0,
        PropertyId.AssignedClientId or PropertyId.ServerKeepAlive or PropertyId.ResponseInformation or PropertyId.MaximumQos or PropertyId.RetainAvailable
            or PropertyId.WildcardSubscriptionAvailable or PropertyId.SubscriptionIdentifierAvailable or PropertyId.SharedSubscriptionAvailable => In(ConnAck),
        _ => 0,
    };

    private static int In(params ReadOnlySpan<Packets.PacketType> packets)
    {
        var bits = 0;
        foreach (var packet in packets) bits |= 1 << (int)packet;
        return bits;
    }
}
