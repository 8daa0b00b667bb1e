using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Encoding;

public sealed class BlockCodecTests
{
    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(150);

    [Fact]
    public void Every_block_comes_back_as_it_was() => Check.One(Cases, Prop.ForAll(Blocks.Arbitrary, block =>
    {
        BlockCodec.TryDecode(BlockCodec.Encode(block), out var back, out var reason).ShouldBeTrue(reason);
        Blocks.ShouldBe(back!, block);
    }));

    [Fact]
    public void A_summary_is_what_the_values_give() => Check.One(Cases, Prop.ForAll(Blocks.Arbitrary, block =>
    {
        BlockCodec.TryReadSummary(BlockCodec.Encode(block), out var summary, out var reason).ShouldBeTrue(reason);
        (summary!.Count, summary.Sequence, summary.StampedOnArrival, summary.First, summary.Last).ShouldBe((block.Count, block.Sequence, block.StampedOnArrival, block.First, block.Last));
        summary.Ordered.ShouldBe(block.Stamps.Zip(block.Stamps.Skip(1)).All(pair => pair.First <= pair.Second));
        foreach (var (channel, column) in summary.Channels.Zip(block.Columns))
        {
            (channel.Channel, channel.Grid).ShouldBe((column.Channel, column.Grid));
            if (column.Grid.IsRaw) Doubles(channel.Summary, column); else Integers(channel.Summary, column, block);
        }
    }));

    private static void Integers(ColumnSummary summary, SampleColumn column, SampleBlock block)
    {
        (summary.Minimum, summary.Maximum).ShouldBe((column.Integers.Min(), column.Integers.Max()));
        ((BigInteger)summary.Sum!.Value).ShouldBe(column.Integers.Aggregate(BigInteger.Zero, (sum, value) => sum + value));
        var integral = BigInteger.Zero;
        for (var i = 1; i < block.Count; i++) integral += ((BigInteger)column.Integers[i] + column.Integers[i - 1]) * ((BigInteger)block.Stamps[i] - block.Stamps[i - 1]);
        if (summary.Integral is { } stored) ((BigInteger)stored).ShouldBe(integral);
        else block.Stamps.Zip(block.Stamps.Skip(1)).Max(pair => BigInteger.Abs((BigInteger)pair.Second - pair.First)).ShouldBeGreaterThan(1L << 50, "only weeks between two samples make it absent");
    }

    private static void Doubles(ColumnSummary summary, SampleColumn column)
    {
        var numbers = Enumerable.Range(0, column.Count).Select(i => column[i]).Where(value => !double.IsNaN(value)).ToArray();
        var (minimum, maximum) = (BitConverter.Int64BitsToDouble(summary.Minimum), BitConverter.Int64BitsToDouble(summary.Maximum));
        (summary.Sum, summary.Integral).ShouldBe((null, null));
        if (numbers.Length == 0) double.IsNaN(minimum).ShouldBeTrue();
        else (minimum, maximum).ShouldBe((numbers.Min(), numbers.Max()));
    }

    [Fact]
    public void The_integral_of_a_day_of_large_values_is_kept()
    {
        var block = new SampleBlock(null, false, Blocks.Regular(0, 5_000_000_000, 16_384), [new("e", new(1, -6), [.. Enumerable.Repeat(1L << 50, 16_384)])]);
        BlockCodec.TryReadSummary(BlockCodec.Encode(block), out var summary, out _).ShouldBeTrue();
        summary!.Channels[0].Summary.Integral.ShouldBe((Int128)(1L << 51) * 5_000_000_000 * 16_383);
    }

    [Fact]
    public void A_regular_time_axis_costs_the_same_for_ten_as_for_sixteen_thousand_samples()
    {
        int Size(int count) => BlockCodec.Encode(new(null, false, Blocks.Regular(1_700_000_000_000_000_000, 200_000, count), [new("p", new(1, -3), [.. Enumerable.Repeat(5L, count)])])).Length;
        (Size(16_384) - Size(10)).ShouldBeLessThan(16);
        Size(16_384).ShouldBeLessThan(96);
    }

    [Fact]
    public void A_trace_like_that_of_a_five_kilohertz_meter_costs_less_than_a_byte_per_value()
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, 16_000).Select(i => 52_000 + (i / 125 % 2) * 1500 + (long)Math.Round(12 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble())));
        var block = new SampleBlock(new(1, 16_000), false, Blocks.Regular(1_700_000_000_000_000_000, 200_000, 16_000), [new("i", new(1, -5), [.. values])]);
        (BlockCodec.Encode(block).Length / 16_000.0).ShouldBeLessThan(1.0);
    }

    [Fact]
    public void Noise_costs_at_most_a_hundredth_more_than_it_is()
    {
        var random = new Random(2);
        var block = new SampleBlock(null, false, Blocks.Regular(0, 1, 4096), [new("x", Grid.Raw, [.. Enumerable.Range(0, 4096).Select(_ => random.NextInt64(long.MinValue, long.MaxValue))])]);
        BlockCodec.Encode(block).Length.ShouldBeLessThan((int)(8 * 4096 * 1.01));
    }

    /// <summary>The bytes themselves: recordings outlive the code that wrote them.</summary>
    [Fact]
    public void The_format_never_changes()
    {
        var block = new SampleBlock(new(100, 105), false, [1_000, 1_200, 1_400, 1_600, 1_800, 2_000],
            [new("v", new(1, -3), [4001, 4001, 4001, 4001, 4001, 4001]), new("i", new(286, -9), [-5, 900, 70, 31, 12, 250]), new("x", Grid.Raw, [.. new[] { 0.1, 0.2, 1e300, -1, 2, 3 }.Select(BitConverter.DoubleToInt64Bits)])]);
        Convert.ToHexStringLower(BlockCodec.Encode(block)).ShouldBe(Golden);
        BlockCodec.TryDecode(Convert.FromHexString(Golden), out var back, out _).ShouldBeTrue();
        Blocks.ShouldBe(back!, block);
    }

    private const string Golden = "4d534201050603c8010ad00fd00f04010090030176020503c23e008cf702a0e7d0070401c23e000169bc04110309920ed413f0b8370b020a090024be040911fc030178000000ffffffffffffff8f8001b8d68380918ff2c7fc0231009a9999999999b93f9a9999999999c93f9c7500883ce4377e000000000000f0bf00000000000000400000000000000840f98b48b0";

    [Fact]
    public void Impossible_blocks_are_not_written()
    {
        var good = Blocks.Of(1, 2, 3);
        Should.Throw<ArgumentException>(() => BlockCodec.Encode(good with { Stamps = [] }));
        Should.Throw<ArgumentException>(() => BlockCodec.Encode(good with { Stamps = [1, 2] }));
        Should.Throw<ArgumentException>(() => BlockCodec.Encode(good with { Columns = [] }));
        Should.Throw<ArgumentException>(() => BlockCodec.Encode(good with { Columns = [good.Columns[0], good.Columns[0]] }));
        Should.Throw<ArgumentException>(() => BlockCodec.Encode(good with { Sequence = new(3, 2) }));
        Should.Throw<ArgumentException>(() => BlockCodec.Encode(Blocks.Of(new long[SampleBlock.MaximumSamples + 1])));
    }
}
