using System.Buffers;

namespace MELT.Sensors.Encoding;

/// <summary>A run of integers as frames: per frame its width (and whether outliers follow), its reference, its outliers by place, the packed bits.</summary>
internal static class IntegerFrames
{
    private const byte HasOutliers = 0x80;

    /// <summary>Bytes that <see cref="Write"/> will take.</summary>
    public static int Size(ReadOnlySpan<long> values)
    {
        var size = 0;
        for (; !values.IsEmpty; values = values[Math.Min(BitFrame.Size, values.Length)..])
        {
            var frame = values[..Math.Min(BitFrame.Size, values.Length)];
            size += FrameFit.Of(frame).Bytes;
        }
        return size;
    }

    public static void Write(ReadOnlySpan<long> values, ArrayBufferWriter<byte> writer)
    {
        for (; !values.IsEmpty; values = values[Math.Min(BitFrame.Size, values.Length)..])
        {
            var frame = values[..Math.Min(BitFrame.Size, values.Length)];
            WriteFrame(frame, FrameFit.Of(frame), writer);
        }
    }

    private static void WriteFrame(ReadOnlySpan<long> frame, FrameFit fit, ArrayBufferWriter<byte> writer)
    {
        writer.Byte((byte)(fit.Width | (fit.Outliers > 0 ? HasOutliers : 0)));
        writer.Signed(fit.Reference);
        Span<long> kept = stackalloc long[BitFrame.Size];
        frame.CopyTo(kept);
        if (fit.Outliers > 0)
        {
            writer.Byte((byte)fit.Outliers);
            for (var i = 0; i < frame.Length; i++)
            {
                if (fit.Holds(frame[i])) continue;
                writer.Byte((byte)i);
                writer.Signed(frame[i] - fit.Reference);
                kept[i] = fit.Reference;
            }
        }
        var bytes = BitFrame.Bytes(frame.Length, fit.Width);
        BitFrame.Pack(kept[..frame.Length], fit.Reference, fit.Width, writer.GetSpan(bytes)[..bytes]);
        writer.Advance(bytes);
    }

    /// <summary>Fills <paramref name="values"/>; false when the bytes end before or make no sense.</summary>
    public static bool TryRead(ref ByteReader reader, Span<long> values)
    {
        for (; !values.IsEmpty; values = values[Math.Min(BitFrame.Size, values.Length)..])
        {
            var frame = values[..Math.Min(BitFrame.Size, values.Length)];
            if (!ReadFrame(ref reader, frame)) return false;
        }
        return true;
    }

    private static bool ReadFrame(ref ByteReader reader, Span<long> frame)
    {
        if (!reader.Byte(out var head) || !reader.Signed(out long reference)) return false;
        var width = head & ~HasOutliers;
        if (width > 64) return false;
        byte outliers = 0;
        if ((head & HasOutliers) != 0 && !reader.Byte(out outliers)) return false;
        Span<(byte Index, long Offset)> patches = stackalloc (byte, long)[outliers];
        foreach (ref var patch in patches)
        {
            if (!reader.Byte(out patch.Index) || patch.Index >= frame.Length || !reader.Signed(out patch.Offset)) return false;
        }
        if (!reader.Bytes(BitFrame.Bytes(frame.Length, width), out var packed)) return false;
        BitFrame.Unpack(packed, reference, width, frame);
        foreach (var (index, offset) in patches) frame[index] = reference + offset;
        return true;
    }
}
