using System.Collections.Immutable;
using System.Text;
using MELT.Devices.Time;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Actors.Meters;

/// <summary>
/// The bytes of <c>meter-command.record.v1</c>, little-endian: batch (u16 length, UTF-8) · count of blocks (i32) · per block checksum (u32),
/// arrival (i64 ns), which times there are (u8: 1 published, 2 brokered, 4 unreadable), those there are (i64 ns each), length (i32) and the coded block.
/// </summary>
internal static class RecordFormat
{
    private const byte HasPublished = 1, HasBrokered = 2, IsUnreadable = 4;

    public static byte[] Write(MeterCommand.Record command)
    {
        using var stream = new MemoryStream();
        using var to = new BinaryWriter(stream);
        var batch = Encoding.UTF8.GetBytes(command.Batch);
        to.Write(checked((ushort)batch.Length));
        to.Write(batch);
        to.Write(command.Blocks.Length);
        foreach (var block in command.Blocks)
        {
            to.Write(block.Checksum);
            to.Write(block.ArrivedAt.Nanoseconds);
            to.Write((byte)((block.Published is null ? 0 : HasPublished) | (block.Brokered is null ? 0 : HasBrokered) | (block.Unreadable ? IsUnreadable : 0)));
            if (block.Published is { } published) to.Write(published.Nanoseconds);
            if (block.Brokered is { } brokered) to.Write(brokered.Nanoseconds);
            BlocksCommittedFormat.Write(to, block.Samples);
        }
        return stream.ToArray();
    }

    public static MeterCommand.Record Read(byte[] bytes)
    {
        using var from = new BinaryReader(new MemoryStream(bytes));
        var batch = Encoding.UTF8.GetString(from.ReadBytes(from.ReadUInt16()));
        var blocks = new ReceivedBlock[from.ReadInt32()];
        for (var i = 0; i < blocks.Length; i++)
        {
            var (checksum, arrived, flags) = (from.ReadUInt32(), new Stamp(from.ReadInt64()), from.ReadByte());
            var published = (flags & HasPublished) != 0 ? new Stamp(from.ReadInt64()) : default(Stamp?);
            var brokered = (flags & HasBrokered) != 0 ? new Stamp(from.ReadInt64()) : default(Stamp?);
            blocks[i] = new(BlocksCommittedFormat.ReadBlock(from), checksum, arrived, published, brokered, (flags & IsUnreadable) != 0);
        }
        return new(batch, ImmutableArray.Create(blocks));
    }
}

/// <summary>The bytes of <c>meter-fact.blocks-committed.v1</c>, little-endian: count (i32) · per block length (i32) and the coded block.</summary>
internal static class BlocksCommittedFormat
{
    public static byte[] Write(BlocksCommitted fact)
    {
        using var stream = new MemoryStream();
        using var to = new BinaryWriter(stream);
        to.Write(fact.Blocks.Length);
        foreach (var block in fact.Blocks) Write(to, block);
        return stream.ToArray();
    }

    public static BlocksCommitted Read(byte[] bytes)
    {
        using var from = new BinaryReader(new MemoryStream(bytes));
        var blocks = new SampleBlock[from.ReadInt32()];
        for (var i = 0; i < blocks.Length; i++) blocks[i] = ReadBlock(from);
        return new(ImmutableArray.Create(blocks));
    }

    internal static void Write(BinaryWriter to, SampleBlock block)
    {
        var coded = BlockCodec.Encode(block);
        to.Write(coded.Length);
        to.Write(coded);
    }

    internal static SampleBlock ReadBlock(BinaryReader from) =>
        BlockCodec.TryDecode(from.ReadBytes(from.ReadInt32()), out var block, out var reason) ? block : throw new InvalidDataException($"the block cannot be read: {reason}");
}
