using System.Buffers.Binary;
using System.Text.Unicode;

namespace MELT.Sensors.Mqtt.Protocol;

/// <summary>Takes the data types of section 1.5 from the front of a packet's body; what is missing or wrong is named.</summary>
internal ref struct MqttReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>Of what may come any number of times in one packet; the smallest of it takes many times its bytes in memory.</summary>
    public const int MostEntries = 1000;

    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte Byte(string what) => Take(1, what)[0];
    public ushort UInt16(string what) => BinaryPrimitives.ReadUInt16BigEndian(Take(2, what));
    public uint UInt32(string what) => BinaryPrimitives.ReadUInt32BigEndian(Take(4, what));
    public ReadOnlySpan<byte> Binary(string what) => Take(UInt16(what), what);
    public ReadOnlySpan<byte> Rest() => Take(_rest.Length, "payload");
    public MqttReader Part(uint length, string what) => new(Take(length, what));

    public ushort PacketId()
    {
        var id = UInt16("packet id");
        return id != 0 ? id : throw MqttProtocolException.Violated("the packet id is 0");
    }

    public string Text(string what)
    {
        var utf8 = Binary(what);
        if (!Utf8.IsValid(utf8)) throw MqttProtocolException.Malformed($"the {what} is not valid UTF-8");
        if (utf8.Contains((byte)0)) throw MqttProtocolException.Malformed($"the {what} contains U+0000");
        return System.Text.Encoding.UTF8.GetString(utf8);
    }

    public uint VariableInt(string what)
    {
        uint value = 0;
        for (var shift = 0; shift < 28; shift += 7)
        {
            var b = Byte(what);
            value |= (uint)(b & 0x7F) << shift;
            if (b < 0x80)
                return b != 0 || shift == 0 ? value : throw MqttProtocolException.Malformed($"the {what} is written longer than needed");
        }
        throw MqttProtocolException.Malformed($"the {what} is longer than 4 bytes");
    }

    public readonly void MustEnd(string packet)
    {
        if (!_rest.IsEmpty) throw MqttProtocolException.Malformed($"{_rest.Length} bytes too many in {packet}");
    }

    private ReadOnlySpan<byte> Take(long count, string what)
    {
        if (count > _rest.Length) throw MqttProtocolException.Malformed($"the packet ends inside its {what}");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
