using MELT.Host.Exports;

namespace MELT.Host.Tests.Exports;

/// <summary>One point for each stretch that has readings.</summary>
public sealed class ThinningTests
{
    private const long Begin = 1_700_000_000_000_000_000;

    private static readonly Reading[] Readings = [.. Enumerable.Range(0, 10).Select(i => new Reading(Begin + i * 100_000_000L, i * 100_000_000L, i))];

    [Fact]
    public void Means_lie_at_the_mean_time_of_their_readings() =>
        new Thinning(0.5).Of(Readings, last: false).ShouldBe([new(Begin + 200_000_000, 200_000_000, 2), new(Begin + 700_000_000, 700_000_000, 7)]);

    [Fact]
    public void Of_a_counter_the_last_reading_stays_as_it_was() =>
        new Thinning(0.5).Of(Readings, last: true).ShouldBe([Readings[4], Readings[9]]);

    [Fact]
    public void A_stretch_without_readings_has_no_point_and_what_is_no_number_is_left_out() =>
        new Thinning(0.1).Of([Readings[0], Readings[5] with { Value = double.NaN }, Readings[9]], last: false).ShouldBe([Readings[0], Readings[9]]);

    [Fact]
    public void Nothing_gives_nothing() => new Thinning(1).Of([], last: false).ShouldBeEmpty();
}
