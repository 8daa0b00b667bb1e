using System.Buffers;

namespace MELT.Sensors.Encoding;

/// <summary>
/// One column of integers: a kind byte and the shortest of five forms. Differences wrap around, so every column of 64-bit integers fits.
/// </summary>
internal static class IntegerColumn
{
    private const byte Plain = 0, Line = 1, Frames = 2;   // Frames + 0, 1, 2: values, differences, differences of differences
    private const int MaximumOrder = 2;

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
        int plainSize = 8 * values.Length, size0 = IntegerFrames.Size(values), size1 = IntegerFrames.Size(first) + 10, size2 = IntegerFrames.Size(second) + 20;
        if (plainSize <= Math.Min(size0, Math.Min(size1, size2)))
        {
            writer.Byte(Plain);
            foreach (var value in values) writer.Fixed64(value);
        }
        else if (size0 <= Math.Min(size1, size2))
        {
            writer.Byte(Frames);
            IntegerFrames.Write(values, writer);
        }
        else if (size1 <= size2)
        {
            writer.Byte(Frames + 1);
            writer.Signed(values[0]);
            IntegerFrames.Write(first, writer);
        }
        else
        {
            writer.Byte(Frames + 2);
            writer.Signed(values[0]);
            writer.Signed(first[0]);
            IntegerFrames.Write(second, writer);
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
        if (!IntegerFrames.TryRead(ref reader, values[order..])) return false;
        for (var from = order; from > 0; from--)
        {
            for (var i = from; i < values.Length; i++) values[i] += values[i - 1];
        }
        return true;
    }
}
