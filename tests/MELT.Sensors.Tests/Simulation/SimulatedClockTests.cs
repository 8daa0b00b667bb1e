using MELT.Devices.Time;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Simulation;

public sealed class SimulatedClockTests
{
    private const long Second = 1_000_000_000;
    private static readonly Stamp Start = new(1_767_225_600_000_000_000);

    private static SimulatedClock Clock(ClockProfile profile, long seed = 3) => new(profile, new(seed, "clock"), Start);

    [Fact]
    public void Offset_and_drift_lie_within_the_profile()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var clock = Clock(new() { OffsetSeconds = 2, DriftPpm = 50 }, seed);
            Math.Abs(clock.Says(Start) - Start).ShouldBeLessThanOrEqualTo(2 * Second);
            ((clock.Says(Start + 1000 * Second) - clock.Says(Start)) / 1e12 - 1).ShouldBe(clock.Drift, 1e-12);
            Math.Abs(clock.Drift).ShouldBeLessThanOrEqualTo(50e-6);
        }
    }

    [Fact]
    public void Its_own_time_and_the_hosts_agree_both_ways()
    {
        var clock = Clock(new());
        for (var elapsed = 0L; elapsed < 3600 * Second; elapsed += 77_777_777_777)
        {
            var (own, host) = clock.After(elapsed);
            (clock.Says(host) - own).ShouldBeInRange(-1, 1);
            (clock.Elapsed(host) - elapsed).ShouldBeInRange(-1, 1);
        }
    }

    [Fact]
    public void A_step_moves_all_later_time()
    {
        var clock = Clock(new() { DriftPpm = 0, Steps = [(10, 0.25)] });
        var offset = clock.Says(Start) - Start;
        (clock.Says(Start + 10 * Second + -1) - Start - 10 * Second + 1).ShouldBe(offset);
        (clock.Says(Start + 10 * Second) - Start - 10 * Second).ShouldBe(offset + Second / 4);
        var (own, host) = clock.After(11 * Second);
        (own - clock.Says(host)).ShouldBe(0);
    }

    [Fact]
    public void A_probe_brackets_the_moment_the_clock_was_read()
    {
        var clock = Clock(new() { Probes = 200 });
        var exchanges = clock.Probe(Start);
        exchanges.Count.ShouldBe(200);
        exchanges.ShouldAllBe(e => clock.Says(e.Sent) < e.Remote && e.Remote < clock.Says(e.Received));
        exchanges.Min(e => e.Received - e.Sent).ShouldBeInRange(300_000, 400_000);
        exchanges.Count(e => e.Received - e.Sent > 1_000_000).ShouldBeInRange(1, 40);
        exchanges.Select(e => (e.Remote - clock.Says(e.Sent)) - (clock.Says(e.Received) - e.Remote)).Distinct().Count().ShouldBeGreaterThan(100, "delays there and back differ");
    }
}
