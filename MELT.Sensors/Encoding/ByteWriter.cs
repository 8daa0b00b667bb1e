using System.Buffers;
using System.Buffers.Binary;

namespace MELT.Sensors.Encoding;

/// <summary>Little-endian fixed and variable-length integers (LEB128; signed ones zigzag) into a growing buffer.</summary>
internal static class ByteWriter
{
    public static void Byte(this ArrayBufferWriter<byte> writer, byte value)
    {
        writer.GetSpan(1)[0] = value;
        writer.Advance(1);
    }

    public static void Fixed32(this ArrayBufferWriter<byte> writer, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(4), value);
        writer.Advance(4);
    }

    public static void Fixed64(this ArrayBufferWriter<byte> writer, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(writer.GetSpan(8), value);
        writer.Advance(8);
    }

    public static void Unsigned(this ArrayBufferWriter<byte> writer, UInt128 value)
    {
        for (; value >= 0x80; value >>= 7) writer.Byte((byte)((byte)value | 0x80));
        writer.Byte((byte)value);
    }

    public static void Signed(this ArrayBufferWriter<byte> writer, Int128 value) => writer.Unsigned((UInt128)((value << 1) ^ (value >> 127)));

    /// <summary>Bytes that <see cref="Signed"/> takes for a value of 64 bits.</summary>
    public static int SignedSize(long value) => Math.Max(1, (64 - (int)ulong.LeadingZeroCount((ulong)((value << 1) ^ (value >> 63))) + 6) / 7);
}
