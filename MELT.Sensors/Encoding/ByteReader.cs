using System.Buffers.Binary;

namespace MELT.Sensors.Encoding;

/// <summary>Reads what <see cref="ByteWriter"/> wrote, and says no where the bytes end or a number is too long.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly int Remaining => _rest.Length;

    public bool Byte(out byte value)
    {
        value = 0;
        if (_rest.IsEmpty) return false;
        value = _rest[0];
        _rest = _rest[1..];
        return true;
    }

    public bool Bytes(int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if ((uint)count > (uint)_rest.Length) return false;
        bytes = _rest[..count];
        _rest = _rest[count..];
        return true;
    }

    public bool Fixed64(out long value)
    {
        value = 0;
        if (!Bytes(8, out var bytes)) return false;
        value = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return true;
    }

    public bool Unsigned(out UInt128 value)
    {
        value = 0;
        for (var shift = 0; shift < 128; shift += 7)
        {
            if (!Byte(out var b)) return false;
            if (shift == 126 && b > 3) return false;
            value |= (UInt128)(uint)(b & 0x7f) << shift;
            if (b < 0x80) return true;
        }
        return false;
    }

    /// <summary>A number from 0 to <paramref name="maximum"/>.</summary>
    public bool Unsigned(int maximum, out int value)
    {
        value = 0;
        if (!Unsigned(out UInt128 wide) || wide > (UInt128)(uint)maximum) return false;
        value = (int)wide;
        return true;
    }

    public bool Signed(out Int128 value)
    {
        value = 0;
        if (!Unsigned(out UInt128 zigzag)) return false;
        value = (Int128)(zigzag >> 1) ^ -(Int128)(zigzag & 1);
        return true;
    }

    public bool Signed(out long value)
    {
        value = 0;
        if (!Signed(out Int128 wide) || wide < long.MinValue || wide > long.MaxValue) return false;
        value = (long)wide;
        return true;
    }
}
