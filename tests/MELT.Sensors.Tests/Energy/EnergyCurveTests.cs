using System.Collections.Immutable;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Alignment;
using MELT.Sensors.Energy;
using MELT.Sensors.Meters;
using MELT.Sensors.Tests.Analysis;

namespace MELT.Sensors.Tests.Energy;

public sealed class EnergyCurveTests
{
    private const long Second = 1_000_000_000;

    private static RecordedMeter Meter(MeterDescription about, params SampleBlock[] blocks) => new(Some.Meter)
    {
        Descriptions = ImmutableSortedDictionary<long, MeterDescription>.Empty.Add(0, about),
        Blocks = blocks.Select((b, i) => (b, i)).ToImmutableSortedDictionary(x => (long)x.i + 1, x => x.b),
    };

    private static SampleBlock Block(IEnumerable<(long At, double Value)> readings, SequenceRange? range = null) =>
        new(range, false, [.. readings.Select(r => r.At)], [Some.Column("p", readings.Select(r => r.Value))]);

    private static ChannelSeries Series(double period, params (long At, double Value)[] readings) => ChannelSeries.Of(Meter(Some.Power(period), Block(readings)), "p");

    private static (long, double)[] Every(long period, int n, Func<double, double> watts) => [.. Enumerable.Range(0, n).Select(i => (i * period, watts(i * period / 1e9)))];

    [Fact]
    public void Constant_power_is_power_times_time() =>
        EnergyCurves.Instantaneous(Series(0.1, Every(Second / 10, 101, _ => 3.25)), 0).Between(123_456_789, 7_654_321_987).ShouldBe(new Rational(325 * (BigInteger)(7_654_321_987 - 123_456_789), 100 * (BigInteger)Second));

    // ∫ 2t dt from 1.05 to 3.55 = 3.55² − 1.05² = 11.5, exact although both edges lie between readings.
    [Fact]
    public void A_ramp_is_integrated_exactly() =>
        EnergyCurves.Instantaneous(Series(0.1, Every(Second / 10, 101, t => 2 * t)), 0).Between(1_050_000_000, 3_550_000_000).ToDouble().ShouldBe(11.5);

    // 1 W up to 2 s, 5 W from 2.1 s: the straight line between holds 0.1 s × 3 W.
    [Fact]
    public void A_step_between_two_readings_is_a_straight_line() =>
        EnergyCurves.Instantaneous(Series(0.1, Every(Second / 10, 51, t => t <= 2.05 ? 1 : 5)), 0).Between(Second, 3 * Second).ToDouble().ShouldBe(1 + 0.3 + 4.5, 1e-15);

    // Windows of 1 s stamped at their end: 2 W over (0,1], 4 W over (1,2], 8 W over (2,3].
    [Fact]
    public void Averaged_values_hold_over_their_own_windows()
    {
        var curve = EnergyCurves.Averaged(Series(1, (Second, 2), (2 * Second, 4), (3 * Second, 8)), Second, 0);
        curve.First.ShouldBe(0);
        curve.Between(0, 3 * Second).ToDouble().ShouldBe(14);
        curve.Between(Second / 2, 2 * Second + Second / 4).ToDouble().ShouldBe(1 + 4 + 2);
    }

    [Fact]
    public void A_counter_is_linear_inside_a_step() =>
        EnergyCurves.Accumulated(Series(1, (0, 100), (Second, 106), (3 * Second, 110)), 0).Between(Second / 2, 2 * Second).ToDouble().ShouldBe(3 + 2);

    // v = 4, 3 V and i = 1, 2 A: products 4 and 6 W at the readings, not 3.5 V × 1.5 A in between.
    [Fact]
    public void Volts_and_amperes_are_multiplied_reading_by_reading()
    {
        var block = new SampleBlock(null, false, [0, Second], [Some.Column("v", [4, 3]), Some.Column("i", [1, 2])]);
        var curve = EnergyCurves.Instantaneous(ChannelSeries.Of(Meter(Samples.VoltsAndAmperes with { PeriodSeconds = 1 }, block), "v", "i"), 0);
        curve.Between(0, Second).ToDouble().ShouldBe(5);
    }

    // 1 s period, nothing between 2 s and 8 s: the readings on both sides lie between 1 and 3 W, so 6 s × 2 W ± 6 s × 2 W/2√3.
    [Fact]
    public void A_gap_holds_the_middle_of_its_neighbours()
    {
        var curve = EnergyCurves.Instantaneous(Series(1, (0, 1), (Second, 1), (2 * Second, 1), (8 * Second, 3), (9 * Second, 3)), 0);
        curve.Between(2 * Second, 8 * Second).ToDouble().ShouldBe(12);
        curve.Missing(0, 9 * Second).ShouldHaveSingleItem().ShouldBe(new Gap(2 * Second, 8 * Second, 2));
        curve.Missing(3 * Second, 4 * Second).Single().Seconds.ShouldBe(1);
    }

    [Fact]
    public void Missing_numbers_are_a_gap_however_short()
    {
        SampleBlock[] blocks = [Block([(0, 1), (Second, 1)], new(0, 1)), Block([(3 * Second, 1), (4 * Second, 2)], new(3, 4))];
        EnergyCurves.Instantaneous(ChannelSeries.Of(Meter(Some.Power(1), blocks), "p"), 0).Gaps.Single().From.ShouldBe(Second);
    }

    [Fact]
    public void Repeated_and_disordered_stamps_do_not_change_the_integral()
    {
        SampleBlock[] tidy = [Block([(0, 1), (Second, 2), (2 * Second, 4)])];
        SampleBlock[] untidy = [Block([(Second, 2), (0, 1)]), Block([(Second, 9), (2 * Second, 4)])];
        EnergyCurve Of(SampleBlock[] blocks) => EnergyCurves.Instantaneous(ChannelSeries.Of(Meter(Some.Power(1), blocks), "p"), 0);
        Of(untidy).Between(0, 2 * Second).ShouldBe(Of(tidy).Between(0, 2 * Second));
    }

    [Fact]
    public void Adjacent_intervals_add_up_exactly()
    {
        var readings = Every(1_234_567, 500, t => 3 + Math.Sin(40 * t));
        EnergyCurve[] curves =
        [
            EnergyCurves.Instantaneous(Series(0.001234567, readings), 17),
            EnergyCurves.Averaged(Series(0.001234567, readings), 1_234_567, 5),
            EnergyCurves.Accumulated(Series(0.001234567, Every(1_234_567, 500, t => 3 * t)), 0),
        ];
        Check.QuickThrowOnFailure(Prop.ForAll<int, int, int>((a, b, c) =>
        {
            long[] edges = [.. new[] { a, b, c }.Select(x => Math.Abs((long)x * 7_919_993) % 600_000_000).Order()];
            return curves.All(curve => curve.Between(edges[0], edges[1]) + curve.Between(edges[1], edges[2]) == curve.Between(edges[0], edges[2]));
        }));
    }

    [Fact]
    public void How_readings_are_cut_into_blocks_does_not_matter()
    {
        var readings = Every(2_000_000, 300, t => 5 + Math.Cos(90 * t));
        var whole = EnergyCurves.Instantaneous(ChannelSeries.Of(Meter(Some.Power(0.002), Block(readings)), "p"), 0).Between(1_000_001, 590_000_003);
        Check.QuickThrowOnFailure(Prop.ForAll<int>(size => EnergyCurves.Instantaneous(
            ChannelSeries.Of(Meter(Some.Power(0.002), [.. readings.Chunk(1 + (int)(Math.Abs((long)size) % 100)).Select(c => Block(c))]), "p"), 0).Between(1_000_001, 590_000_003) == whole));
    }

    [Fact]
    public void Blocks_on_different_grids_are_joined_exactly()
    {
        SampleBlock On(Grid grid, long at, params long[] integers) => new(null, false, [.. integers.Select((_, i) => at + i * Second)], [new("p", grid, [.. integers])]);
        SampleBlock[] blocks = [On(new(1, -3), 0, 1500, 1500), On(new(5, -1), 2 * Second, 3, 3), On(Grid.Raw, 4 * Second, [.. new[] { 1.5, 1.5 }.Select(BitConverter.DoubleToInt64Bits)])];
        var curve = EnergyCurves.Instantaneous(ChannelSeries.Of(Meter(Some.Power(1), blocks), "p"), 0);
        curve.Between(0, 5 * Second).ShouldBe(new Rational(15, 2));
    }

    [Fact]
    public void Numbers_that_are_none_are_left_out()
    {
        double[] values = [1, double.NaN, 1, 3];
        var raw = new SampleBlock(null, false, [0, Second, 2 * Second, 3 * Second], [new("p", Grid.Raw, [.. values.Select(BitConverter.DoubleToInt64Bits)])]);
        EnergyCurves.Instantaneous(ChannelSeries.Of(Meter(Some.Power(1), raw), "p"), 0).Between(0, 3 * Second).ToDouble().ShouldBe(4);
    }

    [Fact]
    public void A_fraction_becomes_the_nearest_double() =>
        Check.QuickThrowOnFailure(Prop.ForAll<int, int>((a, b) => b == 0 || new Rational(a, b).ToDouble() == (double)a / b));
}
