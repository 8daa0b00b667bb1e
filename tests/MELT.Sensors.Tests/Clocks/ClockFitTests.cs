using MELT.Sensors.Clocks;

namespace MELT.Sensors.Tests.Clocks;

public sealed class ClockFitTests
{
    private const long Start = 1_700_000_000_000_000_000;

    private static long Truth(long t, double drift) => t - Start + 777_000_000 + (long)Math.Round(drift * (t - Start));

    /// <summary>Two-way probes with a floor of 0.2 ms each way and a one-sided tail, every tenth late by tens of milliseconds.</summary>
    private static ClockExchange[] Probes(int seed, double drift, int n = 120, double tailMilliseconds = 0.3)
    {
        var random = new Random(seed);
        double Delay() => 0.2e6 + tailMilliseconds * 1e6 * -Math.Log(1 - random.NextDouble()) + (random.Next(10) == 0 ? 10e6 + 40e6 * random.NextDouble() : 0);
        return [.. Enumerable.Range(0, n).Select(i =>
        {
            var sent = Start + i * 500_000_000L;
            var there = sent + (long)Delay();
            return new ClockExchange(new(sent), new(Truth(there, drift)), new(there + (long)Delay()));
        })];
    }

    [Fact]
    public void A_drift_of_30_ppm_is_found_through_jitter()
    {
        var segment = ClockFit.Fit("meter", Probes(1, 30e-6))!.Segments.ShouldHaveSingleItem();
        segment.Drift.ShouldBe(30e-6, 3e-6);
        foreach (var t in new[] { 0L, 20_000_000_000, 59_000_000_000 })
            Math.Abs(segment.ToMeter(Start + t) - Truth(Start + t, 30e-6)).ShouldBeLessThan(100_000);
    }

    [Fact]
    public void The_stated_uncertainty_covers_the_truth()
    {
        var covered = Enumerable.Range(0, 200).Count(seed =>
        {
            var segment = ClockFit.Fit("meter", Probes(seed, -80e-6))!.Segments[0];
            var t = Start + 30_000_000_000;
            return Math.Abs(segment.ToMeter(t) - Truth(t, -80e-6)) <= 2 * segment.UAt(t);
        });
        covered.ShouldBeGreaterThanOrEqualTo(190);
    }

    [Fact]
    public void A_perfect_path_gives_the_exact_relation_however_far_apart_the_epochs_are()
    {
        var exchanges = Enumerable.Range(0, 10).Select(i => Start + i * 1_000_000_000L).Select(t => new ClockExchange(new(t), new(t - Start + 42), new(t)));
        var segment = ClockFit.Fit("meter", [.. exchanges])!.Segments[0];
        segment.ToMeter(Start + 5_500_000_000).ShouldBe(5_500_000_042);
        segment.UAt(Start).ShouldBe(0);
    }

    [Fact]
    public void Stamps_that_no_path_explains_widen_the_uncertainty()
    {
        // Round trips of 10 µs, stamps that are off by up to 2 ms.
        var random = new Random(3);
        var exchanges = Enumerable.Range(0, 40).Select(i => Start + i * 1_000_000_000L).Select(t => new ClockExchange(new(t), new(t + random.Next(-2_000_000, 2_000_000)), new(t + 10_000))).ToArray();
        ClockFit.Fit("meter", exchanges)!.Segments[0].FloorU.ShouldBeInRange(500_000, 2_500_000);
    }

    [Fact]
    public void Three_exchanges_are_too_few() => ClockFit.Fit("meter", Probes(1, 0, n: 3)).ShouldBeNull();

    [Fact]
    public void An_interval_is_cut_where_segments_meet()
    {
        var relation = new ClockRelation("meter", ClockQuality.Fitted,
        [
            new(new(long.MinValue), new(100), new(0), 1000, 0),
            new(new(100), new(long.MaxValue), new(0), 5000, 0),
        ]);
        relation.Map(50, 150).Select(p => (p.From, p.To)).ShouldBe([(1050, 1100), (5100, 5150)]);
        relation.Map(120, 150).Select(p => (p.From, p.To)).ShouldBe([(5120, 5150)]);
    }
}
