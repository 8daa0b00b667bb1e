using System.Collections.Immutable;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Meters;

public sealed class BlockCoalescerTests
{
    private static SampleBlock Block(long at, long value, int exponent = 0, SequenceRange? sequence = null, bool arrival = false, string channel = "v") =>
        new(sequence, arrival, [at], [new(channel, new Grid(1, exponent), [value])]);

    private static SequenceRange? Number(long n) => new(n, n);

    [Fact]
    public void Readings_that_came_one_by_one_become_one_block()
    {
        var block = BlockCoalescer.Coalesce([Block(1, 10, 0, Number(5)), Block(2, 11, 0, Number(6)), Block(3, 12, 0, Number(7))]).ShouldHaveSingleItem();
        block.Sequence.ShouldBe(new SequenceRange(5, 7));
        block.Stamps.ShouldBe([1, 2, 3]);
        block.Columns[0].Integers.ShouldBe([10, 11, 12]);
    }

    [Fact]
    public void Different_grids_meet_on_one_that_holds_both_exactly()
    {
        var block = BlockCoalescer.Coalesce([Block(1, 5), Block(2, 12345, -3), Block(3, 7, 2)]).ShouldHaveSingleItem();
        block.Columns[0].Grid.ShouldBe(new Grid(1, -3));
        block.Columns[0].Integers.ShouldBe([5000, 12345, 700_000]);

        SampleBlock On(Grid grid) => new(null, false, [1], [new("v", grid, [3])]);
        var mixed = BlockCoalescer.Coalesce([On(new(4, 0)), On(new(6, 0))]).ShouldHaveSingleItem().Columns[0];
        mixed.Grid.ShouldBe(new Grid(2, 0));
        mixed.Integers.ShouldBe([6, 9]);
    }

    public static TheoryData<string, SampleBlock, SampleBlock> Different => new()
    {
        { "a hole in the numbers", Block(1, 1, 0, Number(1)), Block(2, 2, 0, Number(3)) },
        { "a number again", Block(1, 1, 0, Number(1)), Block(2, 2, 0, Number(1)) },
        { "numbered and not", Block(1, 1, 0, Number(1)), Block(2, 2) },
        { "stamped by two clocks", Block(1, 1), Block(2, 2, arrival: true) },
        { "another channel", Block(1, 1), Block(2, 2, channel: "i") },
        { "no common grid in Int64", Block(1, long.MaxValue), Block(2, 1, -1) },
        { "doubles and decimals", Block(1, 1), new(null, false, [2], [new("v", Grid.Raw, [BitConverter.DoubleToInt64Bits(0.1)])]) },
        { "another number of channels", Block(1, 1), new(null, false, [2], [new("v", new(1, 0), [1]), new("i", new(1, 0), [1])]) },
    };

    [Theory, MemberData(nameof(Different))]
    public void Blocks_that_differ_stay_apart(string why, SampleBlock a, SampleBlock b) => BlockCoalescer.Coalesce([a, b]).ShouldBe([a, b], why);

    [Fact]
    public void A_block_never_outgrows_its_limit()
    {
        var half = new SampleBlock(null, true, [.. Enumerable.Repeat(1L, SampleBlock.MaximumSamples / 2)], [new("v", new(1, 0), [.. Enumerable.Repeat(1L, SampleBlock.MaximumSamples / 2)])]);
        BlockCoalescer.Coalesce([half, half, half]).Select(b => b.Count).ShouldBe([SampleBlock.MaximumSamples, SampleBlock.MaximumSamples / 2]);
    }

    [Fact]
    public void Nothing_is_lost_added_or_reordered() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Blocks.ToArbitrary(), blocks =>
        {
            var joined = BlockCoalescer.Coalesce(blocks);
            return Samples(joined).SequenceEqual(Samples(blocks)) && joined.Count <= blocks.Count && Numbers(joined).Equals(Numbers(blocks)) && joined.All(b => b.Columns.All(c => c.Count == b.Count));
        }));

    private static readonly Gen<IReadOnlyList<SampleBlock>> Blocks =
        from seed in Gen.Choose(0, int.MaxValue)
        select Make(new Random(seed));

    private static IReadOnlyList<SampleBlock> Make(Random random)
    {
        var (blocks, number) = (new List<SampleBlock>(), 0L);
        for (var n = random.Next(12); n > 0; n--)
        {
            var count = random.Next(1, 4);
            if (random.Next(6) == 0) number++;
            var range = new SequenceRange(number, number + count - 1);
            number += count;
            ImmutableArray<SampleColumn> columns = [.. new[] { "v", "i" }.Take(random.Next(8) == 0 ? 1 : 2).Select(c => Column(c, count, random))];
            blocks.Add(new(random.Next(10) == 0 ? null : range, random.Next(10) == 0, [.. Enumerable.Range(0, count).Select(_ => random.NextInt64())], columns));
        }
        return blocks;
    }

    private static SampleColumn Column(string channel, int count, Random random) => random.Next(10) == 0
        ? new(channel, Grid.Raw, [.. Enumerable.Range(0, count).Select(_ => BitConverter.DoubleToInt64Bits(random.NextDouble()))])
        : new(channel, new Grid(random.Next(4) == 0 ? random.Next(1, 30) : 1, random.Next(-6, 4)),
            [.. Enumerable.Range(0, count).Select(_ => random.Next(4) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(-1000, 1000))]);

    /// <summary>Every sample with its stamp and its exact value, as a fraction of 10^-6.</summary>
    private static IEnumerable<(bool, long, string, BigInteger)> Samples(IReadOnlyList<SampleBlock> blocks) =>
        from block in blocks
        from i in Enumerable.Range(0, block.Count)
        from column in block.Columns
        select (block.StampedOnArrival, block.Stamps[i], column.Channel,
            column.Grid.IsRaw ? column.Integers[i] : column.Integers[i] * (BigInteger)column.Grid.Mantissa * BigInteger.Pow(10, column.Grid.Exponent + 6));

    private static SequenceSet Numbers(IReadOnlyList<SampleBlock> blocks) =>
        blocks.Where(b => b.Sequence is not null).Aggregate(SequenceSet.Empty, (set, b) => set.Add(b.Sequence!.Value));
}
