using FsCheck;
using FsCheck.Fluent;
using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Tests.Clocks;

public sealed class ClockFitTests
{
    private const long Start = 1_700_000_000_000_000_000;

    [Fact]
    public void Three_exchanges_relate_nothing() => ClockFit.Fit("remote", [.. Probes(6, _ => 0).Take(3)]).ShouldBeNull();

    [Fact]
    public void Answers_before_their_question_are_left_out() =>
        ClockFit.Fit("remote", [.. Probes(60, _ => 0), new ClockExchange(At(31), At(90), At(30.9))])!.ShouldBe(ClockFit.Fit("remote", Probes(60, _ => 0))!, AsSegments);

    [Fact]
    public void A_steady_clock_over_a_short_session_is_one_line()
    {
        var segment = ClockFit.Fit("remote", Probes(16, t => 3e6 + 30e3 * t))!.Segments.ShouldHaveSingleItem();

        segment.DriftU.ShouldBeLessThan(5e-6);
        segment.Drift.ShouldBe(30e-6, 3 * segment.DriftU);
        Error(segment, 8, 3e6 + 30e3 * 8).ShouldBeLessThan(3 * segment.FittedUAt(At(8).Nanoseconds));
        segment.FloorU.ShouldBe(400_000 / (2 * Math.Sqrt(3)), 0.1 * segment.FloorU, "the ways there and back may differ by the shortest round trip");
        segment.UAt(At(60).Nanoseconds).ShouldBeGreaterThan(segment.UAt(At(8).Nanoseconds), "nothing is known of what comes after");
    }

    [Fact]
    public void Segments_meet_where_the_clock_did_not_step()
    {
        var relation = ClockFit.Fit("remote", Probes(400, t => 100e3 * t + 20 * t * t))!;

        relation.Segments.Length.ShouldBe(13);
        foreach (var (earlier, later) in relation.Segments.Zip(relation.Segments.Skip(1)))
            Math.Abs(later.ToMeter(later.From.Nanoseconds) - earlier.ToMeter(later.From.Nanoseconds)).ShouldBeLessThanOrEqualTo(2);
        relation.Unbroken(At(3).Nanoseconds, At(390).Nanoseconds).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-500)]
    [InlineData(3_600_000)]
    public void A_step_is_found_and_uncertain_only_between_its_neighbours(double milliseconds)
    {
        var relation = ClockFit.Fit("remote", Probes(60, t => t >= 31.3 ? milliseconds * 1e6 : 0))!;

        Error(relation.At(At(29.9).Nanoseconds), 29.9, 0).ShouldBeLessThan(50e3);
        Error(relation.At(At(32.1).Nanoseconds), 32.1, milliseconds * 1e6).ShouldBeLessThan(50e3);
        foreach (var unsure in new[] { 30.3, 31.2, 31.4 })
            relation.At(At(unsure).Nanoseconds).UAt(At(unsure).Nanoseconds).ShouldBe(Math.Abs(milliseconds) * 1e6 / Math.Sqrt(3), 0.02 * Math.Abs(milliseconds) * 1e6);
        relation.At(At(29.5).Nanoseconds).UAt(At(29.5).Nanoseconds).ShouldBeLessThan(200e3);
        relation.UWithin(At(10).Nanoseconds, At(50).Nanoseconds).ShouldBeGreaterThan(Math.Abs(milliseconds) * 0.57e6, "an interval with the step inside");
        relation.UWithin(At(10).Nanoseconds, At(20).Nanoseconds).ShouldBeLessThan(200e3, "an interval without it");
        relation.Unbroken(At(10).Nanoseconds, At(50).Nanoseconds).Count().ShouldBe(2);
    }

    [Fact]
    public void A_burst_that_was_stamped_late_is_no_step()
    {
        var relation = ClockFit.Fit("remote", Probes(60, t => t is > 29 and < 31 ? 40e6 : 0))!;

        relation.Unbroken(At(1).Nanoseconds, At(59).Nanoseconds).ShouldHaveSingleItem();
        Error(relation.At(At(30).Nanoseconds), 30, 0).ShouldBeLessThan(50e3);
    }

    [Fact]
    public void Residuals_beyond_half_a_round_trip_replace_it()
    {
        var random = new SeededRandom(4, "late stamps");
        var late = Probes(60, _ => 0).Select(e => e with { Remote = e.Remote + (long)(1e6 * random.Uniform()) });

        ClockFit.Fit("remote", [.. late])!.Segments.ShouldAllBe(segment => segment.FloorU > 150e3);
    }

    [Fact]
    public void The_order_of_exchanges_does_not_matter()
    {
        var probes = Probes(120, t => 50e3 * t + (t > 70 ? 8e6 : 0));

        ClockFit.Fit("remote", [.. probes.OrderBy(e => e.Remote.Nanoseconds % 997)])!.ShouldBe(ClockFit.Fit("remote", probes)!, AsSegments);
    }

    [Fact]
    public void Whatever_was_exchanged_segments_are_finite_and_follow_each_other() =>
        Check.QuickThrowOnFailure(Prop.ForAll<(int At, int Offset, ushort RoundTrip)[]>(drawn =>
        {
            var exchanges = drawn.Select(d => (Sent: At(0.05 * d.At), d.Offset, d.RoundTrip)).Select(d => new ClockExchange(d.Sent, d.Sent + d.Offset * 300_000L, d.Sent + d.RoundTrip * 100_000L)).ToArray();
            if (ClockFit.Fit("remote", exchanges) is not { } relation) return exchanges.Length < ClockFit.FewestExchanges;
            return relation.Segments[0].From.Nanoseconds == long.MinValue && relation.Segments[^1].To.Nanoseconds == long.MaxValue
                && relation.Segments.All(s => double.IsFinite(s.Drift) && double.IsFinite(s.UAt(Start)) && s.To >= s.From)
                && relation.Segments.Zip(relation.Segments.Skip(1)).All(pair => pair.First.To == pair.Second.From);
        }));

    private static readonly IEqualityComparer<ClockRelation> AsSegments =
        EqualityComparer<ClockRelation>.Create((a, b) => a!.Segments.SequenceEqual(b!.Segments), relation => relation.Segments.Length);

    private static Stamp At(double seconds) => new(Start + (long)Math.Round(seconds * 1e9));

    private static double Error(ClockSegment segment, double at, double truth) => Math.Abs(segment.ToMeter(At(at).Nanoseconds) - At(at).Nanoseconds - truth);

    /// <summary>Bursts of eight, 2 ms apart, every 2 s; each way 0.2 ms and a little more.</summary>
    private static ClockExchange[] Probes(double seconds, Func<double, double> offset)
    {
        var random = new SeededRandom(7, "probes");
        return [.. Enumerable.Range(0, (int)(seconds / 2) * 8).Select(i => i / 8 * 2 + i % 8 * 0.002).Select(sent =>
        {
            var there = sent + 0.0002 + random.Exponential(0.00005);
            return new ClockExchange(At(sent), At(there) + (long)offset(there), At(there + 0.0002 + random.Exponential(0.00005)));
        })];
    }
}
