using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Protocol;

/// <summary>The peer sent what the specification forbids; the reason goes back to it in DISCONNECT.</summary>
public sealed class MqttProtocolException(ReasonCode reason, string message) : Exception(message)
{
    public ReasonCode Reason { get; } = reason;

    internal static MqttProtocolException Malformed(string message) => new(ReasonCode.MalformedPacket, message);
    internal static MqttProtocolException Violated(string message) => new(ReasonCode.ProtocolError, message);
    internal static MqttProtocolException TooMany(string what) => new(ReasonCode.QuotaExceeded, $"more than {MqttReader.MostEntries} {what} in one packet");
}
