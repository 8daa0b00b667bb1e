using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Simulation;

public sealed class LabProfilesTests
{
    public static TheoryData<string> Profiles => [.. LabProfiles.All.Keys];

    [Theory, MemberData(nameof(Profiles))]
    public void Temperature_and_memory_are_told_of_every_bench(string profile)
    {
        var bench = LabProfiles.All[profile] with { Workload = new() { BaselineSeconds = 0.5, Requests = 2, PromptTokens = 64, GeneratedTokens = 32, PauseSeconds = 0.5 } };
        var results = Analysed(SimulatedLab.RunVirtual(bench, 5));
        var device = bench.DeviceProfile;
        var memory = Told(results.Metrics["peak_memory_bytes"]);
        memory.Value!.Value.ShouldBe(device.ProcessBytes + device.WeightBytes + 96 * device.CacheBytesPerToken, 4096);
        memory.Notes["kind"].ShouldBe("rss");
        Told(results.Metrics["max_temperature_celsius"]).Value!.Value.ShouldBeInRange(device.AmbientCelsius, device.ThrottleCelsius + 2);
    }

    [Theory, MemberData(nameof(Profiles))]
    public void Every_bench_tells_its_decode_energy_at_its_own_boundary(string profile)
    {
        var session = SimulatedLab.RunVirtual(profile, 3);
        var results = Analysed(session);
        var decode = Told(results.Metrics["decode_energy_joules"]);
        (decode.Boundary, results.Energy[decode.Boundary!].Primary).ShouldBe((LabProfiles.All[profile].Boundary, true));
        Math.Abs(decode.Value!.Value - session.Truths[0].Values["decode_energy_joules"]).ShouldBeLessThan(1.5 * decode.U95!.Value);
        session.Truths.Select(t => t.Boundary).ShouldBe(results.Energy.Keys, ignoreOrder: true);
    }

    [Fact]
    public void Rails_are_told_apart_from_the_input_that_contains_them()
    {
        var session = SimulatedLab.RunVirtual("jetson-rails", 1);
        var results = Analysed(session);
        results.Energy["dc-in"].Sensors.ShouldBe(["simulated-jetson/ina3221.vdd_in"]);
        results.Energy["rail"].Sensors.ShouldBe(["simulated-jetson/ina3221.vdd_cpu_gpu_cv", "simulated-jetson/ina3221.vdd_soc"]);
        foreach (var truth in session.Truths)
        {
            var told = Told(results.Energy[truth.Boundary].Metrics["energy_joules"]);
            Math.Abs(told.Value!.Value - truth.Values["energy_joules"]).ShouldBeLessThan(1.5 * told.U95!.Value);
        }
        session.Truths.Single(t => t.Boundary == "rail").Phases.Zip(session.Truths.Single(t => t.Boundary == "dc-in").Phases)
            .ShouldAllBe(pair => pair.First.EnergyJoules < pair.Second.EnergyJoules);
    }

    [Fact]
    public void The_offset_of_a_gauge_adds_energy_at_a_constant_rate()
    {
        var start = new Stamp(1_767_225_600_000_000_000);
        var profile = LabProfiles.Gauge.Meters[0] with { Channels = [new("e", "energy", "J", new(1, -9), Noise: 0, Gain: 0, Offset: 0.5)], Clock = new() { OffsetSeconds = 0, DriftPpm = 0 } };
        var meter = new SimulatedMeter(profile, 1, new(DeviceProfiles.Phone, 1), start);
        var blocks = meter.Sample(start, start + 100_000_000_000).ToList();
        blocks.Count.ShouldBeInRange(9, 10);
        meter.Channels[0].OffsetError.ShouldNotBe(0);
        foreach (var (before, after) in blocks.Zip(blocks.Skip(1)))
            (after.Columns[0][0] - before.Columns[0][0]).ShouldBe(meter.View.EnergyJoules(before.First, after.First) + 10 * meter.Channels[0].OffsetError, 1e-6);
    }

    [Fact]
    public void A_slow_meter_has_read_once_before_the_session_begins_and_once_after_its_end()
    {
        var session = SimulatedLab.RunVirtual("gauge", 2);
        var recorded = RecordedSession.From(session.Entries);
        var readings = recorded.Meters["simulated-handset/gauge"].Blocks.Values.SelectMany(b => b.Stamps).ToList();
        var clock = Sensors.Clocks.MeterClocks.Relate(recorded, recorded.Meters["simulated-handset/gauge"]);
        var (begin, end) = (session.Truths[0].Phases[0].Begin.Nanoseconds, session.Truths[0].Phases[^1].End.Nanoseconds);
        readings.Min().ShouldBeLessThan(clock.At(begin).ToMeter(begin));
        readings.Max().ShouldBeGreaterThan(clock.At(end).ToMeter(end));
    }

    private static SessionResults Analysed(VirtualSession session) => SessionAnalysis.Analyse(RecordedSession.From(session.Entries));

    private static Quantity Told(Metric metric)
    {
        var quantity = metric.ShouldBeOfType<Quantity>();
        quantity.Value.ShouldNotBeNull(quantity.Reason?.Text);
        quantity.U95.ShouldNotBeNull();
        return quantity;
    }
}
