using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Protocol;

/// <summary>Writes a property list with its length before it.</summary>
internal static class PropertyWriter
{
    public static void Write(MqttWriter to, MqttProperties p, MqttVersion version)
    {
        if (version != MqttVersion.V5) return;
        var mark = to.Mark();
        if (!ReferenceEquals(p, MqttProperties.None)) WriteAll(to, p);
        to.InsertLength(mark);
    }

    private static void WriteAll(MqttWriter to, MqttProperties p)
    {
        Byte(to, PropertyId.PayloadFormat, p.PayloadFormat);
        UInt32(to, PropertyId.MessageExpiry, p.MessageExpirySeconds);
        Text(to, PropertyId.ContentType, p.ContentType);
        Text(to, PropertyId.ResponseTopic, p.ResponseTopic);
        Binary(to, PropertyId.CorrelationData, p.CorrelationData);
        foreach (var identifier in p.SubscriptionIdentifiers)
        {
            to.Byte((byte)PropertyId.SubscriptionIdentifier);
            to.VariableInt(identifier);
        }
        UInt32(to, PropertyId.SessionExpiry, p.SessionExpirySeconds);
        Text(to, PropertyId.AssignedClientId, p.AssignedClientId);
        UInt16(to, PropertyId.ServerKeepAlive, p.ServerKeepAliveSeconds);
        Text(to, PropertyId.AuthenticationMethod, p.AuthenticationMethod);
        Binary(to, PropertyId.AuthenticationData, p.AuthenticationData);
        Byte(to, PropertyId.RequestProblemInformation, p.RequestProblemInformation);
        UInt32(to, PropertyId.WillDelay, p.WillDelaySeconds);
        Byte(to, PropertyId.RequestResponseInformation, p.RequestResponseInformation);
        Text(to, PropertyId.ResponseInformation, p.ResponseInformation);
        Text(to, PropertyId.ServerReference, p.ServerReference);
        Text(to, PropertyId.ReasonString, p.ReasonString);
        UInt16(to, PropertyId.ReceiveMaximum, p.ReceiveMaximum);
        UInt16(to, PropertyId.TopicAliasMaximum, p.TopicAliasMaximum);
        UInt16(to, PropertyId.TopicAlias, p.TopicAlias);
        Byte(to, PropertyId.MaximumQos, p.MaximumQos);
        Byte(to, PropertyId.RetainAvailable, p.RetainAvailable);
        foreach (var (name, value) in p.UserProperties)
        {
            Text(to, PropertyId.UserProperty, name);
            to.Text(value);
        }
        UInt32(to, PropertyId.MaximumPacketSize, p.MaximumPacketSize);
        Byte(to, PropertyId.WildcardSubscriptionAvailable, p.WildcardSubscriptionAvailable);
        Byte(to, PropertyId.SubscriptionIdentifierAvailable, p.SubscriptionIdentifierAvailable);
        Byte(to, PropertyId.SharedSubscriptionAvailable, p.SharedSubscriptionAvailable);
    }

    private static void Byte(MqttWriter to, PropertyId id, byte? value)
    {
        if (value is not { } v) return;
        to.Byte((byte)id);
        to.Byte(v);
    }

    private static void UInt16(MqttWriter to, PropertyId id, ushort? value)
    {
        if (value is not { } v) return;
        to.Byte((byte)id);
        to.UInt16(v);
    }

    private static void UInt32(MqttWriter to, PropertyId id, uint? value)
    {
        if (value is not { } v) return;
        to.Byte((byte)id);
        to.UInt32(v);
    }

    private static void Text(MqttWriter to, PropertyId id, string? value)
    {
        if (value is null) return;
        to.Byte((byte)id);
        to.Text(value);
    }

    private static void Binary(MqttWriter to, PropertyId id, ReadOnlyMemory<byte>? value)
    {
        if (value is not { } v) return;
        to.Byte((byte)id);
        to.Binary(v.Span);
    }
}
