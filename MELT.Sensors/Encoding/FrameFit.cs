namespace MELT.Sensors.Encoding;

/// <summary>
/// How a frame is best packed: reference and width for most of its values, and how many outliers (a step among noise) are cheaper written apart.
/// </summary>
internal readonly record struct FrameFit(long Reference, int Width, int Outliers, int Bytes)
{
    private const int MaximumOutliers = 24;

    /// <summary>Whether a value is packed, not an outlier.</summary>
    public bool Holds(long value) => Width == 64 || (ulong)(value - Reference) >> Width == 0;

    public static FrameFit Of(ReadOnlySpan<long> frame)
    {
        var (minimum, width) = Range(frame, frame[0], 65);
        var all = new FrameFit(minimum, width, 0, 1 + ByteWriter.SignedSize(minimum) + BitFrame.Bytes(frame.Length, width));
        if (width < 3 || frame.Length < 16) return all;
        var trimmed = Trimmed(frame);
        return trimmed.Outliers is > 0 and <= MaximumOutliers && trimmed.Bytes < all.Bytes ? trimmed : all;
    }

    private static FrameFit Trimmed(ReadOnlySpan<long> frame)
    {
        // Distances to a typical value, counted by their bits, say which width is worth its outliers.
        var typical = Median(frame[frame.Length / 8], frame[frame.Length / 2], frame[frame.Length - 1 - frame.Length / 8]);
        Span<int> byBits = stackalloc int[65];
        byBits.Clear();
        foreach (var value in frame) byBits[Bits(value, typical)]++;
        int bits = 64, outside = 0;
        var best = (Cost: int.MaxValue, Bits: 64);
        for (; bits >= 0 && outside <= MaximumOutliers; outside += byBits[bits--])
        {
            var cost = BitFrame.Bytes(frame.Length, bits) + outside * (2 + bits / 7);
            if (cost < best.Cost) best = (cost, bits);
        }
        var (reference, width) = Range(frame, typical, best.Bits);
        var fit = new FrameFit(reference, width, 0, 0);
        int outliers = 0, apart = 0;
        foreach (var value in frame)
        {
            if (fit.Holds(value)) continue;
            outliers++;
            apart += 1 + ByteWriter.SignedSize(value - reference);
        }
        return fit with { Outliers = outliers, Bytes = 2 + ByteWriter.SignedSize(reference) + apart + BitFrame.Bytes(frame.Length, width) };
    }

    /// <summary>Smallest value, and bits of the range, of the values at most <paramref name="bits"/> from <paramref name="typical"/>.</summary>
    private static (long Minimum, int Width) Range(ReadOnlySpan<long> frame, long typical, int bits)
    {
        long minimum = typical, maximum = typical;
        foreach (var value in frame)
        {
            if (bits <= 64 && Bits(value, typical) > bits) continue;
            if (value < minimum) minimum = value;
            if (value > maximum) maximum = value;
        }
        return (minimum, 64 - (int)ulong.LeadingZeroCount((ulong)(maximum - minimum)));
    }

    private static int Bits(long value, long typical)
    {
        var distance = value - typical;
        return 64 - (int)ulong.LeadingZeroCount((ulong)((distance << 1) ^ (distance >> 63)));
    }

    private static long Median(long a, long b, long c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
