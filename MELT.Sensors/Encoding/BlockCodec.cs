using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Encoding;

/// <summary>
/// A sample block as bytes, in the journal and on topic <c>…/blocks</c> alike. Self-contained and little-endian:
/// "MSB", version 1 · flags · count · columns · [sequence] · first stamp, last − first · time axis · per column name, grid, summary, integers · CRC-32C of all before it.
/// Numbers are LEB128, signed ones zigzag; axis and integers are a length and an <see cref="IntegerColumn"/>.
/// Reading believes nothing: whatever the bytes, it neither throws nor holds more than <see cref="MaximumColumns"/> full columns, and it refuses a summary that is not that of the values.
/// </summary>
public static class BlockCodec
{
    public const int MaximumColumns = 64;
    public const int MaximumNameBytes = 255;
    public const int MaximumExponent = 400;

    /// <summary>Why a block cannot be encoded; null when it can.</summary>
    public static string? Objection(SampleBlock block) => BlockRules.Violation(block);

    public static byte[] Encode(SampleBlock block)
    {
        if (BlockRules.Violation(block) is { } violation) throw new ArgumentException(violation, nameof(block));
        var offsets = new long[block.Count];
        for (var i = 0; i < offsets.Length; i++) offsets[i] = block.Stamps[i] - block.Stamps[0];
        var writer = new ArrayBufferWriter<byte>(256 + 2 * block.Count * (1 + block.Columns.Length));
        BlockHeader.Write(block, writer);
        var payload = new ArrayBufferWriter<byte>(256 + 2 * block.Count);
        WriteIntegers(offsets, payload, writer);
        foreach (var column in block.Columns)
        {
            ColumnHeader.Write(column.Channel, column.Grid, ColumnSummary.Of(block.Stamps.AsSpan(), column.Integers.AsSpan(), column.Grid), writer);
            WriteIntegers(column.Integers.AsSpan(), payload, writer);
        }
        writer.Fixed32(Crc32C.Of(writer.WrittenSpan));
        return writer.WrittenSpan.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SampleBlock? block, [NotNullWhen(false)] out string? reason)
    {
        block = null;
        if (!TryOpen(bytes, out var reader, out var header, out reason)) return false;
        if (!TryIntegers(ref reader, out var coded)) return No("the time axis is cut short", out reason);
        var stamps = new long[header.Count];
        if (!IntegerColumn.TryDecode(coded, stamps)) return No("the time axis cannot be read", out reason);
        foreach (ref var stamp in stamps.AsSpan()) stamp += header.First;
        if (!header.Describes(stamps)) return No("the time axis is not the one its header states", out reason);

        var columns = ImmutableArray.CreateBuilder<SampleColumn>(header.Columns);
        while (columns.Count < header.Columns)
        {
            if (!ColumnHeader.TryRead(ref reader, out var channel)) return No($"the header of column {columns.Count} cannot be read", out reason);
            if (!TryIntegers(ref reader, out coded)) return No($"column {columns.Count} is cut short", out reason);
            var integers = new long[header.Count];
            if (!IntegerColumn.TryDecode(coded, integers)) return No($"column {columns.Count} cannot be read", out reason);
            if (ColumnSummary.Of(stamps, integers, channel.Grid) != channel.Summary) return No($"the summary of column {columns.Count} is not that of its values", out reason);
            columns.Add(new(channel.Channel, channel.Grid, ImmutableCollectionsMarshal.AsImmutableArray(integers)));
        }
        if (reader.Remaining > 0) return No($"{reader.Remaining} bytes follow the last column", out reason);
        var read = new SampleBlock(header.Sequence, header.StampedOnArrival, ImmutableCollectionsMarshal.AsImmutableArray(stamps), columns.MoveToImmutable());
        reason = BlockRules.Violation(read);
        if (reason is not null) return false;
        block = read;
        return true;
    }

    /// <summary>Reads header and summaries and checks the CRC, but decodes no column.</summary>
    public static bool TryReadSummary(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out BlockSummary? summary, [NotNullWhen(false)] out string? reason)
    {
        summary = null;
        if (!TryOpen(bytes, out var reader, out var header, out reason)) return false;
        if (!TryIntegers(ref reader, out _)) return No("the time axis is cut short", out reason);
        var channels = ImmutableArray.CreateBuilder<ChannelSummary>(header.Columns);
        while (channels.Count < header.Columns)
        {
            if (!ColumnHeader.TryRead(ref reader, out var channel)) return No($"the header of column {channels.Count} cannot be read", out reason);
            if (!TryIntegers(ref reader, out _)) return No($"column {channels.Count} is cut short", out reason);
            channels.Add(channel);
        }
        if (reader.Remaining > 0) return No($"{reader.Remaining} bytes follow the last column", out reason);
        summary = new(header.Sequence, header.StampedOnArrival, header.Count, new(header.First), new(header.Last), header.Ordered, channels.MoveToImmutable());
        return true;
    }

    private static bool TryOpen(ReadOnlySpan<byte> bytes, out ByteReader reader, out BlockHeader header, [NotNullWhen(false)] out string? reason)
    {
        reader = default;
        header = default;
        if (bytes.Length < 8 || !bytes[..3].SequenceEqual(BlockHeader.Magic)) return No("not a sample block", out reason);
        if (bytes[3] != BlockHeader.Version) return No($"sample block of version {bytes[3]}; version {BlockHeader.Version} is understood", out reason);
        if (Crc32C.Of(bytes[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..])) return No("the CRC does not match: damaged or cut short", out reason);
        reader = new(bytes[4..^4]);
        return BlockHeader.TryRead(ref reader, out header, out reason);
    }

    private static void WriteIntegers(ReadOnlySpan<long> integers, ArrayBufferWriter<byte> payload, ArrayBufferWriter<byte> writer)
    {
        payload.ResetWrittenCount();
        IntegerColumn.Encode(integers, payload);
        writer.Unsigned((UInt128)(uint)payload.WrittenCount);
        writer.Write(payload.WrittenSpan);
    }

    private static bool TryIntegers(ref ByteReader reader, out ReadOnlySpan<byte> coded)
    {
        coded = default;
        return reader.Unsigned(reader.Remaining, out var length) && reader.Bytes(length, out coded);
    }

    private static bool No(string why, out string reason)
    {
        reason = why;
        return false;
    }
}
