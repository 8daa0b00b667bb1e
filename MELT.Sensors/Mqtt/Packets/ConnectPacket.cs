namespace MELT.Sensors.Mqtt.Packets;

/// <summary>The first packet of a client.</summary>
public sealed record ConnectPacket(MqttVersion Version, string ClientId) : MqttPacket
{
    public override PacketType Type => PacketType.Connect;
    /// <summary>"Clean session" in 3.1.1.</summary>
    public bool CleanStart { get; init; } = true;
    public ushort KeepAliveSeconds { get; init; }
    public MqttWill? Will { get; init; }
    public string? UserName { get; init; }
    public ReadOnlyMemory<byte>? Password { get; init; }
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    /// <summary>Without the password, so that a logged packet gives nothing away.</summary>
    public override string ToString() => $"CONNECT {ClientId} ({Version}, clean start {CleanStart}, keep alive {KeepAliveSeconds} s)";
}

/// <summary>What a client wants published should it vanish.</summary>
public sealed record MqttWill(string Topic, ReadOnlyMemory<byte> Payload, MqttQos Qos, bool Retain)
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;
}
