using MELT.Sensors.Analysis;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Tests.Analysis;

public sealed class StatisticsTests
{
    [Fact]
    public void Quantiles_of_type_7_interpolate_between_neighbours()
    {
        double[] ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        Statistics.Quantile(ten, 0.5, 2)!.Value.ShouldBe(5.5);
        Statistics.Quantile(ten, 0.9, 10)!.Value.ShouldBe(9.1, 1e-12);
    }

    [Fact]
    public void A_quantile_that_n_cannot_carry_is_not_told() => Statistics.Quantile([.. Enumerable.Range(0, 99).Select(i => (double)i)], 0.99, 100).ShouldBeNull();

    // Tabulated two-sided 95 % intervals for the median: n = 10 → ranks 2…9, n = 20 → 6…15, n = 100 → 40…61.
    [Theory]
    [InlineData(10, 2, 9)]
    [InlineData(20, 6, 15)]
    [InlineData(100, 40, 61)]
    public void Ranks_for_the_median_agree_with_the_table(int n, int lo, int hi) => Statistics.OrderStatistics(n, 0.5).ShouldBe((lo, hi));

    [Fact]
    public void A_high_quantile_of_few_values_has_no_upper_bound()
    {
        Statistics.OrderStatistics(10, 0.9).Hi.ShouldBeNull();
        Statistics.OrderStatistics(300, 0.99).Hi.ShouldBeNull();
        Statistics.OrderStatistics(500, 0.99).Hi.ShouldNotBeNull();
    }

    // GUM H.1, end gauge: components in nanometres with 18, 5, 8, 2 degrees of freedom of what they are made of give u_c = 32 nm and ν_eff = 16.
    [Fact]
    public void Degrees_of_freedom_of_the_end_gauge_of_the_GUM()
    {
        Component[] gauge =
        [
            new("calibration of the standard", 25, "meter", 18),
            new("difference", 9.7, "interval", 25.6),
            new("difference of expansion", 2.9, "meter", 50),
            new("difference of temperature", 16.6, "session", 2),
        ];
        Expanded.Combined(gauge).ShouldBe(32, 0.5);
        Math.Floor(Expanded.EffectiveDegreesOfFreedom(gauge)).ShouldBe(16);
        // The GUM asks there for 99 % and t = 2.92; at 95 % the table says 2.12 for 16.
        Expanded.Of(gauge).K.ShouldBe(2.12, 0.01);
    }

    [Fact]
    public void Five_repetitions_have_a_coverage_factor_of_2_78()
    {
        var expanded = Expanded.Of([.. Statistics.Repeatability([1, 2, 3, 4, 5])]);
        expanded.K.ShouldBe(2.776, 0.001);
        expanded.DegreesOfFreedom.ShouldBe(4);
        expanded.U95.ShouldBe(2.776 * Math.Sqrt(2.5 / 5), 0.001);
    }

    [Fact]
    public void A_ratio_whose_parts_move_together_repeats_exactly() =>
        Expanded.Combined(Statistics.Repeatability([2, 4, 6], [1, 2, 3])).ShouldBe(0, 1e-15);

    [Fact]
    public void The_scatter_of_a_ratio_is_that_of_its_single_values_when_their_weights_are_equal() =>
        Expanded.Combined(Statistics.Repeatability([2, 4, 6], [2, 2, 2])).ShouldBe(Expanded.Combined(Statistics.Repeatability([1, 2, 3])), 1e-12);
}
