namespace MELT.Sensors.Mqtt.Packets;

/// <summary>The properties of one MQTT 5 packet; null is absent. Which packet may carry which is checked on reading.</summary>
public sealed record MqttProperties
{
    /// <summary>Shared by every packet without properties, so that they cost nothing.</summary>
    public static readonly MqttProperties None = new();

    public byte? PayloadFormat { get; init; }
    public uint? MessageExpirySeconds { get; init; }
    public string? ContentType { get; init; }
    public string? ResponseTopic { get; init; }
    public ReadOnlyMemory<byte>? CorrelationData { get; init; }
    public IReadOnlyList<uint> SubscriptionIdentifiers { get; init; } = [];
    public uint? SessionExpirySeconds { get; init; }
    public string? AssignedClientId { get; init; }
    public ushort? ServerKeepAliveSeconds { get; init; }
    public string? AuthenticationMethod { get; init; }
    public ReadOnlyMemory<byte>? AuthenticationData { get; init; }
    public byte? RequestProblemInformation { get; init; }
    public uint? WillDelaySeconds { get; init; }
    public byte? RequestResponseInformation { get; init; }
    public string? ResponseInformation { get; init; }
    public string? ServerReference { get; init; }
    public string? ReasonString { get; init; }
    public ushort? ReceiveMaximum { get; init; }
    public ushort? TopicAliasMaximum { get; init; }
    public ushort? TopicAlias { get; init; }
    public byte? MaximumQos { get; init; }
    public byte? RetainAvailable { get; init; }
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];
    public uint? MaximumPacketSize { get; init; }
    public byte? WildcardSubscriptionAvailable { get; init; }
    public byte? SubscriptionIdentifierAvailable { get; init; }
    public byte? SharedSubscriptionAvailable { get; init; }
}

/// <summary>A name and a value with no meaning to MQTT; names may repeat.</summary>
public readonly record struct UserProperty(string Name, string Value);
