using System.Diagnostics;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Protocol;

/// <summary>Turns packets into bytes, one at a time; not for two threads at once.</summary>
public sealed class PacketWriter
{
    private readonly MqttWriter _writer = new();

    /// <summary>The bytes are valid until the next call.</summary>
    public ReadOnlyMemory<byte> Encode(MqttPacket packet, MqttVersion version)
    {
        _writer.Begin();
        byte first = packet switch
        {
            PublishPacket p => PublishCodec.Write(_writer, p, version),
            AckPacket p => ReasonCodec.Write(_writer, p, version),
            ConnectPacket p => ConnectCodec.Write(_writer, p),
            ConnAckPacket p => ReasonCodec.Write(_writer, p, version),
            SubscribePacket p => SubscribeCodec.Write(_writer, p, version),
            SubAckPacket p => SubscribeCodec.WriteReasons(_writer, p.Type, p.PacketId, p.Properties, p.Reasons, version),
            UnsubscribePacket p => SubscribeCodec.Write(_writer, p, version),
            UnsubAckPacket p => SubscribeCodec.WriteReasons(_writer, p.Type, p.PacketId, p.Properties, p.Reasons, version),
            DisconnectPacket p => ReasonCodec.WriteTail(_writer, p.Type, p.Reason, p.Properties, version),
            AuthPacket p => ReasonCodec.WriteTail(_writer, p.Type, p.Reason, p.Properties, version),
            PingReqPacket => (byte)PacketType.PingReq << 4,
            PingRespPacket => (byte)PacketType.PingResp << 4,
            _ => throw new UnreachableException(),
        };
        return _writer.Finish(first);
    }
}
