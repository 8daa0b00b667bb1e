using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Encoding;

/// <summary>The first bytes of a coded block: what it is, how much it holds, from when to when.</summary>
internal readonly record struct BlockHeader(SequenceRange? Sequence, bool StampedOnArrival, bool Ordered, int Count, int Columns, long First, long Last)
{
    public const byte Version = 1;
    private const byte HasSequence = 1, OnArrival = 2, Ascending = 4;

    public static ReadOnlySpan<byte> Magic => "MSB"u8;

    public static void Write(SampleBlock block, ArrayBufferWriter<byte> writer)
    {
        writer.Write(Magic);
        writer.Byte(Version);
        writer.Byte((byte)((block.Sequence is null ? 0 : HasSequence) | (block.StampedOnArrival ? OnArrival : 0) | (InOrder(block.Stamps.AsSpan()) ? Ascending : 0)));
        writer.Unsigned((UInt128)(uint)block.Count);
        writer.Unsigned((UInt128)(uint)block.Columns.Length);
        if (block.Sequence is { } sequence)
        {
            writer.Signed(sequence.First);
            writer.Signed((Int128)sequence.Last - sequence.First);
        }
        writer.Signed(block.Stamps[0]);
        writer.Signed((Int128)block.Stamps[^1] - block.Stamps[0]);
    }

    public static bool TryRead(ref ByteReader reader, out BlockHeader header, [NotNullWhen(false)] out string? reason)
    {
        header = default;
        reason = "the header is cut short or holds an impossible number";
        if (!reader.Byte(out var flags)) return false;
        if (flags > (HasSequence | OnArrival | Ascending)) { reason = $"unknown flags {flags}"; return false; }
        if (!reader.Unsigned(SampleBlock.MaximumSamples, out var count) || count == 0) { reason = $"not 1 to {SampleBlock.MaximumSamples} samples"; return false; }
        if (!reader.Unsigned(BlockCodec.MaximumColumns, out var columns) || columns == 0) { reason = $"not 1 to {BlockCodec.MaximumColumns} columns"; return false; }
        SequenceRange? sequence = null;
        if ((flags & HasSequence) != 0)
        {
            if (!TrySpan(ref reader, out var from, out var to)) return false;
            sequence = new(from, to);
        }
        if (!TrySpan(ref reader, out var first, out var last)) return false;
        header = new(sequence, (flags & OnArrival) != 0, (flags & Ascending) != 0, count, columns, first, last);
        reason = null;
        return true;
    }

    /// <summary>Whether last stamp and order are those of these stamps.</summary>
    public bool Describes(ReadOnlySpan<long> stamps) => stamps[0] == First && stamps[^1] == Last && InOrder(stamps) == Ordered;

    private static bool InOrder(ReadOnlySpan<long> stamps)
    {
        var ordered = true;
        for (var i = 1; i < stamps.Length; i++) ordered &= stamps[i] >= stamps[i - 1];
        return ordered;
    }

    private static bool TrySpan(ref ByteReader reader, out long first, out long last)
    {
        last = 0;
        if (!reader.Signed(out first) || !reader.Signed(out Int128 span)) return false;
        var end = first + span;
        if (end < long.MinValue || end > long.MaxValue) return false;
        last = (long)end;
        return true;
    }
}
