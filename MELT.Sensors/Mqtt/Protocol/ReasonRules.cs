using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Protocol;

/// <summary>Which packet may carry which reason (MQTT 5.0 table 2-6), and the return codes of 3.1.1.</summary>
internal static class ReasonRules
{
    private static readonly ReasonCode[] s_connAck311 =
    [
        ReasonCode.Success, ReasonCode.UnsupportedProtocolVersion, ReasonCode.ClientIdentifierNotValid,
        ReasonCode.ServerUnavailable, ReasonCode.BadUserNameOrPassword, ReasonCode.NotAuthorized,
    ];

    public static ReasonCode Check(byte value, PacketType packet, MqttVersion version)
    {
        if (version == MqttVersion.V311 && packet == PacketType.ConnAck)
            return value < s_connAck311.Length ? s_connAck311[value] : throw Unknown(value, packet);
        return Allowed(value, packet, version) ? (ReasonCode)value : throw Unknown(value, packet);
    }

    /// <summary>The byte on the wire; what 3.1.1 has no word for becomes "server unavailable" or "failure".</summary>
    public static byte ToWire(ReasonCode reason, PacketType packet, MqttVersion version) => (version, packet) switch
    {
        (MqttVersion.V311, PacketType.ConnAck) => (byte)(Array.IndexOf(s_connAck311, reason) is >= 0 and var known ? known : 3),
        (MqttVersion.V311, PacketType.SubAck) when reason >= ReasonCode.UnspecifiedError => 0x80,
        _ => (byte)reason,
    };

    private static bool Allowed(byte value, PacketType packet, MqttVersion version) => packet switch
    {
        PacketType.ConnAck => value is 0 or (>= 0x80 and <= 0x8A) or 0x8C or 0x90 or 0x95 or 0x97 or (>= 0x99 and <= 0x9D) or 0x9F,
        PacketType.PubAck or PacketType.PubRec => value is 0 or 0x10 or 0x80 or 0x83 or 0x87 or 0x90 or 0x91 or 0x97 or 0x99,
        PacketType.PubRel or PacketType.PubComp => value is 0 or 0x92,
        PacketType.SubAck when version == MqttVersion.V311 => value is <= 2 or 0x80,
        PacketType.SubAck => value is <= 2 or 0x80 or 0x83 or 0x87 or 0x8F or 0x91 or 0x97 or 0x9E or 0xA1 or 0xA2,
        PacketType.UnsubAck => value is 0 or 0x11 or 0x80 or 0x83 or 0x87 or 0x8F or 0x91,
        PacketType.Disconnect => value is 0 or 4 or (>= 0x80 and <= 0x83) or 0x87 or 0x89 or 0x8B or (>= 0x8D and <= 0x90) or (>= 0x93 and <= 0xA2),
        PacketType.Auth => value is 0 or 0x18 or 0x19,
        _ => false,
    };

    private static MqttProtocolException Unknown(byte value, PacketType packet) =>
        MqttProtocolException.Malformed($"reason 0x{value:X2} is not allowed in {packet}");
}
