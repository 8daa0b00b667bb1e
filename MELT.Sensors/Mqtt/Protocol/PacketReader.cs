using System.Buffers;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Protocol;

/// <summary>Cuts packets from received bytes. Whatever the bytes are, it answers a packet, "more bytes needed", or <see cref="MqttProtocolException"/>.</summary>
public static class PacketReader
{
    /// <summary>Takes one packet from the front of <paramref name="buffer"/>; false when it is not there as a whole yet.</summary>
    /// <param name="maximumBytes">A larger packet is refused by its header, before its body is waited for.</param>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, MqttVersion version, int maximumBytes, out MqttPacket packet)
    {
        packet = PingReqPacket.Instance;
        var header = new SequenceReader<byte>(buffer);
        if (!header.TryRead(out var first)) return false;
        CheckFlags(first);
        if (!TryReadLength(ref header, out var length)) return false;
        if (header.Consumed + length > maximumBytes)
            throw new MqttProtocolException(ReasonCode.PacketTooLarge, $"a packet of {header.Consumed + length} bytes; at most {maximumBytes} are taken");
        if (header.Remaining < length) return false;

        var body = buffer.Slice(header.Position, length);
        if (body.IsSingleSegment) packet = Decode(first, body.FirstSpan, version);
        else
        {
            var joined = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                body.CopyTo(joined);
                packet = Decode(first, joined.AsSpan(0, length), version);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(joined);
            }
        }
        buffer = buffer.Slice(body.End);
        return true;
    }

    private static void CheckFlags(byte first)
    {
        var type = (PacketType)(first >> 4);
        if (type == 0) throw MqttProtocolException.Malformed("packet type 0 is reserved");
        var wanted = type is PacketType.PubRel or PacketType.Subscribe or PacketType.Unsubscribe ? 2 : 0;
        if (type != PacketType.Publish && (first & 15) != wanted) throw MqttProtocolException.Malformed($"reserved flags of {type} are {first & 15}, not {wanted}");
    }

    private static bool TryReadLength(ref SequenceReader<byte> header, out int length)
    {
        length = 0;
        for (var shift = 0; shift < 28; shift += 7)
        {
            if (!header.TryRead(out var b)) return false;
            length |= (b & 0x7F) << shift;
            if (b >= 0x80) continue;
            return b != 0 || shift == 0 ? true : throw MqttProtocolException.Malformed("the remaining length is written longer than needed");
        }
        throw MqttProtocolException.Malformed("the remaining length is longer than 4 bytes");
    }

    private static MqttPacket Decode(byte first, ReadOnlySpan<byte> bytes, MqttVersion version)
    {
        var body = new MqttReader(bytes);
        var type = (PacketType)(first >> 4);
        switch (type)
        {
            case PacketType.Connect: return ConnectCodec.Read(ref body);
            case PacketType.ConnAck: return ReasonCodec.ReadConnAck(ref body, version);
            case PacketType.Publish: return PublishCodec.Read(first & 15, ref body, version);
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp: return ReasonCodec.ReadAck(type, ref body, version);
            case PacketType.Subscribe: return SubscribeCodec.ReadSubscribe(ref body, version);
            case PacketType.SubAck: return SubscribeCodec.ReadSubAck(ref body, version);
            case PacketType.Unsubscribe: return SubscribeCodec.ReadUnsubscribe(ref body, version);
            case PacketType.UnsubAck: return SubscribeCodec.ReadUnsubAck(ref body, version);
            case PacketType.Disconnect: return ReasonCodec.ReadDisconnect(ref body, version);
            case PacketType.Auth: return ReasonCodec.ReadAuth(ref body, version);
            default:
                body.MustEnd(type.ToString());
                return type == PacketType.PingReq ? PingReqPacket.Instance : PingRespPacket.Instance;
        }
    }
}
