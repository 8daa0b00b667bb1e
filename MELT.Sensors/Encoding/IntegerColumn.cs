using System.Buffers;

namespace MELT.Sensors.Encoding;

/// <summary>
/// One column of integers: a kind byte and the shortest of five forms. Differences wrap around, so every column of 64-bit integers fits.
/// </summary>
internal static class IntegerColumn
{
    private const byte Plain = 0, Line = 1, Frames = 2;   // Frames + 0, 1, 2: values, differences, differences of differences
    private const int MaximumOrder = 2;
    private const byte HasOutliers = 0x80;

    public static void Encode(ReadOnlySpan<long> values, ArrayBufferWriter<byte> writer)
    {
        if (IsLine(values))
        {
            writer.Byte(Line);
            writer.Signed(values[0]);
            writer.Signed(values.Length > 1 ? values[1] - values[0] : 0);
            return;
        }
        var differences = ArrayPool<long>.Shared.Rent(values.Length * MaximumOrder);
        var first = differences.AsSpan(0, values.Length - 1);
        Differences(values, first);
        var second = differences.AsSpan(values.Length, Math.Max(0, values.Length - 2));
        Differences(first, second);
        int plainSize = 8 * values.Length, size0 = FrameBytes(values), size1 = FrameBytes(first) + 10, size2 = FrameBytes(second) + 20;
        if (plainSize <= Math.Min(size0, Math.Min(size1, size2)))
        {
            writer.Byte(Plain);
            foreach (var value in values) writer.Fixed64(value);
        }
        else if (size0 <= Math.Min(size1, size2))
        {
            writer.Byte(Frames);
            WriteFrames(values, writer);
        }
        else if (size1 <= size2)
        {
            writer.Byte(Frames + 1);
            writer.Signed(values[0]);
            WriteFrames(first, writer);
        }
        else
        {
            writer.Byte(Frames + 2);
            writer.Signed(values[0]);
            writer.Signed(first[0]);
            WriteFrames(second, writer);
        }
        ArrayPool<long>.Shared.Return(differences);
    }

    /// <summary>Fills <paramref name="values"/>; false when the bytes do not hold exactly that many.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, Span<long> values)
    {
        var reader = new ByteReader(bytes);
        if (!reader.Byte(out var kind)) return false;
        var read = kind switch
        {
            Plain => ReadPlain(ref reader, values),
            Line => ReadLine(ref reader, values),
            Frames or Frames + 1 or Frames + MaximumOrder => ReadOrder(ref reader, kind - Frames, values),
            _ => false,
        };
        return read && reader.Remaining == 0;
    }

    private static bool IsLine(ReadOnlySpan<long> values)
    {
        for (var i = 2; i < values.Length; i++)
        {
            if (values[i] - values[i - 1] != values[1] - values[0]) return false;
        }
        return true;
    }

    private static void Differences(ReadOnlySpan<long> values, Span<long> differences)
    {
        for (var i = 0; i < differences.Length; i++) differences[i] = values[i + 1] - values[i];
    }

    private static int FrameBytes(ReadOnlySpan<long> values)
    {
        var size = 0;
        for (; !values.IsEmpty; values = values[Math.Min(BitFrame.Size, values.Length)..])
        {
            var frame = values[..Math.Min(BitFrame.Size, values.Length)];
            size += FrameFit.Of(frame).Bytes;
        }
        return size;
    }

    private static void WriteFrames(ReadOnlySpan<long> values, ArrayBufferWriter<byte> writer)
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

    private static bool ReadPlain(ref ByteReader reader, Span<long> values)
    {
        foreach (ref var value in values)
        {
            if (!reader.Fixed64(out value)) return false;
        }
        return true;
    }

    private static bool ReadLine(ref ByteReader reader, Span<long> values)
    {
        if (!reader.Signed(out long value) || !reader.Signed(out long step)) return false;
        foreach (ref var slot in values)
        {
            slot = value;
            value += step;
        }
        return true;
    }

    private static bool ReadOrder(ref ByteReader reader, int order, Span<long> values)
    {
        if (values.Length <= order) return false;
        for (var i = 0; i < order; i++)
        {
            if (!reader.Signed(out values[i])) return false;
        }
        if (!ReadFrames(ref reader, values[order..])) return false;
        for (var from = order; from > 0; from--)
        {
            for (var i = from; i < values.Length; i++) values[i] += values[i - 1];
        }
        return true;
    }

    private static bool ReadFrames(ref ByteReader reader, Span<long> values)
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
