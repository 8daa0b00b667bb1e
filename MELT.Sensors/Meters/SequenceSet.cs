using System.Collections.Immutable;

namespace MELT.Sensors.Meters;

/// <summary>A set of publisher's numbers kept as disjoint, rising intervals: what was stored is known by membership, and holes are what was lost.</summary>
public sealed class SequenceSet : IEquatable<SequenceSet>
{
    public static readonly SequenceSet Empty = new([]);

    private SequenceSet(ImmutableArray<SequenceRange> ranges) => Ranges = ranges;

    /// <summary>The intervals, rising, never touching.</summary>
    public ImmutableArray<SequenceRange> Ranges { get; }

    public bool IsEmpty => Ranges.IsEmpty;

    /// <summary>How many numbers are in the set.</summary>
    public long Count => Ranges.Sum(Size);

    /// <summary>Holes between the smallest and the largest number.</summary>
    public ImmutableArray<SequenceRange> Gaps => IsEmpty ? [] : Missing(new(Ranges[0].First, Ranges[^1].Last));

    /// <summary>How many numbers lie in holes.</summary>
    public long Lost => Gaps.Sum(Size);

    public bool Contains(long number) => Contains(new SequenceRange(number, number));

    /// <summary>Every number of the range is in the set.</summary>
    public bool Contains(SequenceRange range)
    {
        Check(range);
        var i = FirstReaching(range.First);
        return i < Ranges.Length && Ranges[i].First <= range.First && range.Last <= Ranges[i].Last;
    }

    /// <summary>At least one number of the range is in the set.</summary>
    public bool Overlaps(SequenceRange range)
    {
        Check(range);
        var i = FirstReaching(range.First);
        return i < Ranges.Length && Ranges[i].First <= range.Last;
    }

    /// <summary>The parts of the range that are not in the set, rising.</summary>
    public ImmutableArray<SequenceRange> Missing(SequenceRange range)
    {
        Check(range);
        var missing = ImmutableArray.CreateBuilder<SequenceRange>();
        var next = range.First;
        for (var i = FirstReaching(range.First); i < Ranges.Length && Ranges[i].First <= range.Last; i++)
        {
            if (Ranges[i].First > next) missing.Add(new(next, Ranges[i].First - 1));
            if (Ranges[i].Last >= range.Last) return missing.ToImmutable();
            next = Ranges[i].Last + 1;
        }
        missing.Add(new(next, range.Last));
        return missing.ToImmutable();
    }

    public SequenceSet Add(SequenceRange range)
    {
        Check(range);
        var from = FirstReaching(range.First == long.MinValue ? range.First : range.First - 1);     // one that ends just before is joined too
        var to = from;
        var (first, last) = range;
        for (; to < Ranges.Length && (last == long.MaxValue || Ranges[to].First <= last + 1); to++)
        {
            first = Math.Min(first, Ranges[to].First);
            last = Math.Max(last, Ranges[to].Last);
        }
        return new([.. Ranges.AsSpan(0, from), new(first, last), .. Ranges.AsSpan(to, Ranges.Length - to)]);
    }

    public bool Equals(SequenceSet? other) => other is not null && Ranges.AsSpan().SequenceEqual(other.Ranges.AsSpan());
    public override bool Equals(object? obj) => Equals(obj as SequenceSet);
    public override int GetHashCode() => IsEmpty ? 0 : HashCode.Combine(Ranges.Length, Ranges[0], Ranges[^1]);

    /// <summary>Index of the first interval whose end is at or behind the number.</summary>
    private int FirstReaching(long number)
    {
        var (low, high) = (0, Ranges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Ranges[middle].Last < number) low = middle + 1; else high = middle;
        }
        return low;
    }

    private static long Size(SequenceRange range) => checked(range.Last - range.First + 1);

    private static void Check(SequenceRange range)
    {
        if (range.First > range.Last) throw new ArgumentException($"a range from {range.First} to {range.Last} runs backwards", nameof(range));
    }
}
