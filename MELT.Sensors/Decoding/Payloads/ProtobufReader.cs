using System.Buffers.Binary;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>The wire format of protocol buffers: numbered fields that are a varint, eight or four bytes, or a length and that many bytes.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }
    public ProtobufWire Wire { get; private set; }
    /// <summary>Of a varint or fixed field.</summary>
    public ulong Bits { get; private set; }
    /// <summary>Of a field with a length.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }
    public bool IsBroken { get; private set; }

    /// <summary>Reads the next field; false at the end, or where <see cref="IsBroken"/>.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty) return false;
        IsBroken = true;
        if (!Varint(out var key) || key >> 3 is 0 or > 536_870_911) return false;
        (Field, Wire, Bits) = ((int)(key >> 3), (ProtobufWire)(key & 7), 0);
        Bytes = default;
        switch (Wire)
        {
            case ProtobufWire.Varint:
                if (!Varint(out var value)) return false;
                Bits = value;
                break;
            case ProtobufWire.Fixed64:
                if (!Take(8, out var eight)) return false;
                Bits = BinaryPrimitives.ReadUInt64LittleEndian(eight);
                break;
            case ProtobufWire.Fixed32:
                if (!Take(4, out var four)) return false;
                Bits = BinaryPrimitives.ReadUInt32LittleEndian(four);
                break;
            case ProtobufWire.Length:
                if (!Varint(out var length) || !Take(length, out var taken)) return false;
                Bytes = taken;
                break;
            default: return false;                       // groups, which nothing has used for twenty years
        }
        IsBroken = false;
        return true;
    }

    private bool Take(ulong count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (count > (ulong)_rest.Length) return false;
        bytes = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return true;
    }

    private bool Varint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_rest.IsEmpty) return false;
            var b = _rest[0];
            _rest = _rest[1..];
            if (shift == 63 && b > 1) return false;
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return true;
        }
        return false;
    }
}

/// <summary>How a field is written.</summary>
internal enum ProtobufWire { Varint = 0, Fixed64 = 1, Length = 2, Fixed32 = 5 }
