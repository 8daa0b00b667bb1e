using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using MELT.Devices.Time;
using MELT.Sensors.Encoding;

namespace MELT.Actors.Meters;

/// <summary>
/// The bytes of <c>meter.samples-recorded.v1</c>, little-endian: "MSR1" · batch (u16 length, UTF-8) · arrival (i64 ns) ·
/// message count (u32) · per message number (i64) and checksum (u32) · the coded block · CRC32C of all before it.
/// </summary>
internal static class SamplesRecordedFormat
{
    private static ReadOnlySpan<byte> Magic => "MSR1"u8;

    public static byte[] Write(MeterEvent.SamplesRecorded e)
    {
        var (batch, block) = (Encoding.UTF8.GetBytes(e.Batch), BlockCodec.Encode(e.Samples));
        var bytes = new byte[4 + 2 + batch.Length + 8 + 4 + 12 * e.Checksums.Length + block.Length + 4];
        var to = bytes.AsSpan();
        Magic.CopyTo(to);
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], checked((ushort)batch.Length));
        batch.CopyTo(to[6..]);
        to = to[(6 + batch.Length)..];
        BinaryPrimitives.WriteInt64LittleEndian(to, e.ArrivedAt.Nanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(to[8..], e.Checksums.Length);
        to = to[12..];
        foreach (var (number, checksum) in e.Checksums)
        {
            BinaryPrimitives.WriteInt64LittleEndian(to, number);
            BinaryPrimitives.WriteUInt32LittleEndian(to[8..], checksum);
            to = to[12..];
        }
        block.CopyTo(to);
        BinaryPrimitives.WriteUInt32LittleEndian(to[block.Length..], Crc32C.Of(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }

    /// <summary>Throws <see cref="InvalidDataException"/> when a single bit is not as it was written.</summary>
    public static MeterEvent.SamplesRecorded Read(byte[] bytes)
    {
        var from = bytes.AsSpan();
        if (from.Length < 22 || !from[..4].SequenceEqual(Magic)) throw new InvalidDataException("not a block of samples");
        if (BinaryPrimitives.ReadUInt32LittleEndian(from[^4..]) != Crc32C.Of(from[..^4])) throw new InvalidDataException("the block is damaged: its CRC32C does not match");
        from = from[4..^4];
        var length = BinaryPrimitives.ReadUInt16LittleEndian(from);
        var batch = Encoding.UTF8.GetString(from.Slice(2, length));
        from = from[(2 + length)..];
        var arrived = new Stamp(BinaryPrimitives.ReadInt64LittleEndian(from));
        var checksums = new NumberedChecksum[BinaryPrimitives.ReadInt32LittleEndian(from[8..])];
        from = from[12..];
        for (var i = 0; i < checksums.Length; i++, from = from[12..])
            checksums[i] = new(BinaryPrimitives.ReadInt64LittleEndian(from), BinaryPrimitives.ReadUInt32LittleEndian(from[8..]));
        if (!BlockCodec.TryDecode(from, out var samples, out var reason)) throw new InvalidDataException($"the block cannot be read: {reason}");
        return new(batch, arrived, ImmutableArray.Create(checksums), samples);
    }
}
