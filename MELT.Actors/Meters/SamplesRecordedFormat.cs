using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using MELT.Devices.Time;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Actors.Meters;

/// <summary>
/// The bytes of <c>meter.samples-recorded.v2</c>, little-endian: "MSR2" · batch (u16 length, UTF-8) · arrival (i64 ns) ·
/// message count (u32) · per message number (i64) and checksum (u32) · count of times (u32) · per message index of its first reading (u32),
/// which times there are (u8: 1 published, 2 brokered, 4 unreadable), ingested (i64 ns), then those there are (i64 ns each) · the coded block ·
/// CRC32C of all before it. <c>v1</c>, "MSR1", has no times.
/// </summary>
internal static class SamplesRecordedFormat
{
    private const byte HasPublished = 1, HasBrokered = 2, IsUnreadable = 4;

    public static byte[] Write(MeterEvent.SamplesRecorded e)
    {
        using var stream = new MemoryStream();
        using var to = new BinaryWriter(stream);
        var batch = Encoding.UTF8.GetBytes(e.Batch);
        to.Write("MSR2"u8);
        to.Write(checked((ushort)batch.Length));
        to.Write(batch);
        to.Write(e.ArrivedAt.Nanoseconds);
        to.Write(e.Checksums.Length);
        foreach (var (number, checksum) in e.Checksums)
        {
            to.Write(number);
            to.Write(checksum);
        }
        to.Write(e.Times.Length);
        foreach (var times in e.Times) Write(to, times);
        to.Write(BlockCodec.Encode(e.Samples));
        to.Write(Crc32C.Of(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> when a single bit is not as it was written.</summary>
    public static MeterEvent.SamplesRecorded Read(byte[] bytes)
    {
        if (bytes.Length < 22 || bytes.AsSpan(0, 3) is not [(byte)'M', (byte)'S', (byte)'R'] || bytes[3] is not ((byte)'1' or (byte)'2')) throw new InvalidDataException("not a block of samples");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^4..)) != Crc32C.Of(bytes.AsSpan(..^4))) throw new InvalidDataException("the block is damaged: its CRC32C does not match");
        using var from = new BinaryReader(new MemoryStream(bytes, 4, bytes.Length - 8));
        var batch = Encoding.UTF8.GetString(from.ReadBytes(from.ReadUInt16()));
        var arrived = new Stamp(from.ReadInt64());
        var checksums = new NumberedChecksum[from.ReadInt32()];
        for (var i = 0; i < checksums.Length; i++) checksums[i] = new(from.ReadInt64(), from.ReadUInt32());
        var times = new MessageTimes[bytes[3] == (byte)'1' ? 0 : from.ReadInt32()];
        for (var i = 0; i < times.Length; i++) times[i] = ReadTimes(from);
        if (!BlockCodec.TryDecode(bytes.AsSpan((4 + (int)from.BaseStream.Position)..^4), out var samples, out var reason)) throw new InvalidDataException($"the block cannot be read: {reason}");
        return new(batch, arrived, ImmutableArray.Create(checksums), samples, ImmutableArray.Create(times));
    }

    private static void Write(BinaryWriter to, MessageTimes times)
    {
        to.Write(times.Index);
        to.Write((byte)((times.Published is null ? 0 : HasPublished) | (times.Brokered is null ? 0 : HasBrokered) | (times.Unreadable ? IsUnreadable : 0)));
        to.Write(times.Ingested.Nanoseconds);
        if (times.Published is { } published) to.Write(published.Nanoseconds);
        if (times.Brokered is { } brokered) to.Write(brokered.Nanoseconds);
    }

    private static MessageTimes ReadTimes(BinaryReader from)
    {
        var (index, flags, ingested) = (from.ReadInt32(), from.ReadByte(), new Stamp(from.ReadInt64()));
        var published = (flags & HasPublished) != 0 ? new Stamp(from.ReadInt64()) : default(Stamp?);
        var brokered = (flags & HasBrokered) != 0 ? new Stamp(from.ReadInt64()) : default(Stamp?);
        return new(index, published, brokered, ingested, (flags & IsUnreadable) != 0);
    }
}
