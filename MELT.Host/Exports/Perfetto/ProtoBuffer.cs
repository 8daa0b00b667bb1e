using System.Buffers.Binary;
using System.Text;

namespace MELT.Host.Exports.Perfetto;

/// <summary>
/// Writes protocol buffer fields (protobuf.dev, "Encoding") into one buffer that is used again. Only the wire types that a trace needs:
/// varints, 64-bit and length-delimited, with lengths in their shortest form.
/// </summary>
public sealed class ProtoBuffer
{
    private const int Varint = 0, Wide = 1, Delimited = 2;
    private const int LongestVarint = 10;

    private readonly Stack<int> _open = [];
    private byte[] _bytes = new byte[256];
    private int _count;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    public void Clear()
    {
        _count = 0;
        _open.Clear();
    }

    /// <summary>Unsigned integers, enumerations and truth values (0, 1).</summary>
    public void Number(int field, ulong value)
    {
        Tag(field, Varint);
        Append(value);
    }

    /// <summary>int32 and int64: two's complement, ten bytes when negative.</summary>
    public void Signed(int field, long value) => Number(field, unchecked((ulong)value));

    public void Double(int field, double value)
    {
        Tag(field, Wide);
        BinaryPrimitives.WriteDoubleLittleEndian(Room(sizeof(double)), value);
        _count += sizeof(double);
    }

    /// <summary>UTF-8; a lone surrogate becomes U+FFFD, since readers refuse text that is no text.</summary>
    public void Text(int field, string value)
    {
        Tag(field, Delimited);
        var length = Encoding.UTF8.GetByteCount(value);
        Append((ulong)length);
        _count += Encoding.UTF8.GetBytes(value, Room(length));
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, Delimited);
        Append((ulong)value.Length);
        value.CopyTo(Room(value.Length));
        _count += value.Length;
    }

    /// <summary>Everything up to the matching <see cref="End"/> is the message in this field.</summary>
    public void Begin(int field)
    {
        Tag(field, Delimited);
        _open.Push(_count);
    }

    public void End()
    {
        var begin = _open.Pop();
        var length = _count - begin;
        var digits = Digits((ulong)length);
        Room(digits);
        _bytes.AsSpan(begin, length).CopyTo(_bytes.AsSpan(begin + digits));
        _count = begin;
        Append((ulong)length);
        _count = begin + digits + length;
    }

    private void Tag(int field, int wire) => Append((ulong)field << 3 | (uint)wire);

    private void Append(ulong value)
    {
        var room = Room(LongestVarint);
        var i = 0;
        for (; value >= 0x80; value >>= 7) room[i++] = (byte)(value | 0x80);
        room[i++] = (byte)value;
        _count += i;
    }

    private static int Digits(ulong value)
    {
        var digits = 1;
        for (; value >= 0x80; value >>= 7) digits++;
        return digits;
    }

    private Span<byte> Room(int length)
    {
        if (_bytes.Length - _count < length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _count + length));
        return _bytes.AsSpan(_count);
    }
}
