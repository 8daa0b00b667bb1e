using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Encoding;

/// <summary>Arbitrary sample blocks, ordinary and extreme.</summary>
internal static class Blocks
{
    private static readonly long[] Extremes = [0, 1, -1, long.MinValue, long.MaxValue, long.MinValue + 1, 1L << 62, -(1L << 62), 1_700_000_000_000_000_000];

    private static readonly Gen<long> AnyLong =
        Gen.Frequency((2, Gen.Elements(Extremes)), (3, Gen.Choose(-300, 300).Select(i => (long)i)), (2, from a in Gen.Choose(int.MinValue, int.MaxValue) from b in Gen.Choose(int.MinValue, int.MaxValue) select ((long)a << 32) ^ b));

    public static readonly Gen<SampleBlock> Any =
        from count in Gen.Frequency((3, Gen.Choose(1, 6)), (3, Gen.Choose(100, 300)), (1, Gen.Choose(1000, 1500)))
        from numbered in Gen.Elements(true, false)
        from first in Gen.Choose(-1000, 1000)
        from onArrival in Gen.Elements(true, false)
        from stamps in Integers(count)
        from columns in Gen.Choose(1, 4)
        from values in Gen.ArrayOf(Integers(count), columns)
        from raw in Gen.ArrayOf(Gen.Elements(true, false, false, false), columns)
        from mantissa in Gen.Elements(1L, 5L, 286L, -3L, long.MaxValue)
        from exponent in Gen.Choose(-30, 30)
        select new SampleBlock(numbered ? new(first, first + count - 1L) : null, onArrival, [.. stamps],
            [.. values.Select((v, i) => new SampleColumn($"c{i}µ", raw[i] ? Grid.Raw : new(mantissa, exponent), [.. v]))]);

    public static Arbitrary<SampleBlock> Arbitrary => Arb.From(Any);

    private static Gen<long[]> Integers(int count) => Gen.OneOf(
        Gen.ArrayOf(AnyLong, count),
        Gen.ArrayOf(Gen.Choose(-500, 500).Select(i => (long)i), count),
        AnyLong.Select(value => Enumerable.Repeat(value, count).ToArray()),
        from start in AnyLong from step in AnyLong select Enumerable.Range(0, count).Select(i => start + i * step).ToArray(),
        from start in AnyLong from steps in Gen.ArrayOf(Gen.Choose(199_900, 200_100), count) select Running(start, steps),
        from start in AnyLong from steps in Gen.ArrayOf(Gen.Choose(-1, 1), count) select Running(start, Running(100_000_000, steps).Select(s => (int)s)));

    private static long[] Running(long start, IEnumerable<int> steps) => [.. steps.Select(step => start += step)];

    public static void ShouldBe(SampleBlock actual, SampleBlock expected)
    {
        (actual with { Stamps = [], Columns = [] }).ShouldBe(expected with { Stamps = [], Columns = [] }, "all but the lists");
        actual.Stamps.SequenceEqual(expected.Stamps).ShouldBeTrue("stamps");
        actual.Columns.Length.ShouldBe(expected.Columns.Length);
        foreach (var (a, b) in actual.Columns.Zip(expected.Columns))
        {
            (a.Channel, a.Grid).ShouldBe((b.Channel, b.Grid));
            a.Integers.SequenceEqual(b.Integers).ShouldBeTrue(a.Channel);
        }
    }

    public static SampleBlock Of(params long[] integers) =>
        new(new(7, 7 + integers.Length - 1), false, [.. integers.Select((_, i) => 1_700_000_000_000_000_000 + i * 200_000L)], [new("i", new(1, -6), [.. integers])]);

    public static ImmutableArray<long> Regular(long start, long period, int count) => [.. Enumerable.Range(0, count).Select(i => start + i * period)];
}
