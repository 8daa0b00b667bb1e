using System.Buffers.Binary;

namespace MELT.Sensors.Encoding;

/// <summary>
/// Frame of reference: up to 128 integers as their smallest and the differences to it, each in the same number of bits, first value in the
/// lowest bits. Differences wrap around at 64 bits, so every integer fits.
/// </summary>
internal static class BitFrame
{
    public const int Size = 128;

    public static int Bytes(int count, int width) => (count * width + 7) / 8;

    public static void Pack(ReadOnlySpan<long> values, long reference, int width, Span<byte> packed)
    {
        if (width == 0) return;
        var word = 0UL;
        var filled = 0;
        foreach (var value in values)
        {
            var bits = (ulong)(value - reference);
            word |= bits << filled;
            filled += width;
            if (filled < 64) continue;
            BinaryPrimitives.WriteUInt64LittleEndian(packed, word);
            packed = packed[8..];
            filled -= 64;
            word = filled == 0 ? 0 : bits >> (width - filled);
        }
        for (; filled > 0; filled -= 8, word >>= 8, packed = packed[1..]) packed[0] = (byte)word;
    }

    public static void Unpack(ReadOnlySpan<byte> packed, long reference, int width, Span<long> values)
    {
        if (width == 0)
        {
            values.Fill(reference);
            return;
        }
        var mask = ulong.MaxValue >> (64 - width);
        var word = 0UL;
        var left = 0;
        for (var i = 0; i < values.Length; i++)
        {
            ulong bits;
            if (left >= width)
            {
                bits = word;
                word >>= width;
                left -= width;
            }
            else
            {
                var next = Next(ref packed);
                bits = word | (next << left);
                var used = width - left;
                word = used == 64 ? 0 : next >> used;
                left = 64 - used;
            }
            values[i] = reference + (long)(bits & mask);
        }
    }

    private static ulong Next(ref ReadOnlySpan<byte> packed)
    {
        if (packed.Length >= 8)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(packed);
            packed = packed[8..];
            return word;
        }
        var tail = 0UL;
        for (var i = 0; i < packed.Length; i++) tail |= (ulong)packed[i] << (8 * i);
        packed = default;
        return tail;
    }
}
