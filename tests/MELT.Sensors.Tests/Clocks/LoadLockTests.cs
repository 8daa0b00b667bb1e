using System.Collections.Immutable;
using MELT.Devices.Simulation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Clocks;

public sealed class LoadLockTests
{
    [Theory]
    [InlineData("phone-monsoon", true, 0.05)]
    [InlineData("phone-monsoon", false, 0.2)]
    [InlineData("jetson-rails", true, 1.5)]
    [InlineData("jetson-rails", false, 8)]
    [InlineData("gpu-part-time", true, 60)]
    [InlineData("gpu-part-time", false, 60)]
    [InlineData("plug", false, 1200)]
    public void A_meter_whose_clock_nobody_knows_is_found_within_its_stated_uncertainty(string profile, bool code, double mostMilliseconds)
    {
        var trials = Enumerable.Range(1, profile == "phone-monsoon" ? 4 : 20).Select(seed => LoadLockTrial.Play(LabProfiles.All[profile], seed, code)).ToArray();

        trials.ShouldAllBe(t => t.Relation.Quality == ClockQuality.Locked);
        trials.ShouldAllBe(t => 2 * t.U < mostMilliseconds * 1e6);
        trials.Count(t => Math.Abs(t.ErrorNanoseconds) <= 2 * t.U).ShouldBeGreaterThanOrEqualTo((int)(0.95 * trials.Length));
        trials.ShouldAllBe(t => Math.Abs(t.ErrorNanoseconds) <= 4 * t.U, "there is no wrong lock");
    }

    [Theory]
    [InlineData("phone-monsoon", true)]
    [InlineData("jetson-rails", true)]
    [InlineData("jetson-rails", false)]
    public void Energies_of_a_meter_that_was_found_contain_the_truth(string profile, bool code)
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            var trial = LoadLockTrial.Play(LabProfiles.All[profile], seed, code);
            foreach (var key in new[] { "energy_joules", "decode_energy_joules", "prefill_energy_joules", "baseline_power_watts" })
            {
                var told = (Quantity)trial.Results.Metrics[key];
                Math.Abs(told.Value!.Value - trial.Session.Truths[0].Values[key]).ShouldBeLessThan(1.5 * told.U95!.Value, $"{key} of seed {seed}");
            }
            trial.Results.Meters.Single(m => m.Meter.EndsWith(LabProfiles.All[profile].Meters[0].Name, StringComparison.Ordinal)).Clock.Quality.ShouldBe("locked");
        }
    }

    [Fact]
    public void Coded_load_is_found_where_the_phases_say_nothing()
    {
        var one = LabProfiles.JetsonRails with { Workload = new() { Requests = 0 } };
        LoadLockTrial.Play(one, 1, code: false).Relation.Quality.ShouldBe(ClockQuality.Unlocked);
        LoadLockTrial.Play(one, 1, code: true).Relation.Quality.ShouldBe(ClockQuality.Locked);
    }

    [Fact]
    public void The_transport_of_readings_that_are_stamped_on_arrival_is_taken_off()
    {
        foreach (var code in new[] { true, false })
        {
            var relation = Relate(Bench(code), (watts, _, random) => watts, (at, random) => at + 80_000_000 + (long)(Math.Abs(random.Normal()) * 2_000_000), arrived: true);

            relation.Quality.ShouldBe(ClockQuality.Locked);
            relation.Segments[0].OffsetNanoseconds.ShouldBeInRange(78_000_000, 86_000_000);
            relation.Segments[0].FloorU.ShouldBeGreaterThan(1e6, "the delay still jitters");
        }
    }

    public static TheoryData<string> Strangers => ["white noise", "random walk", "another load", "20 dB below", "drift of heat", "ripple"];

    [Theory, MemberData(nameof(Strangers))]
    public void What_does_not_follow_the_device_is_never_locked(string stranger)
    {
        var benches = new[] { Bench(code: true), Bench(code: false), Bench(code: true, period: 0.1), Bench(code: false, period: 0.5) };
        for (var seed = 1; seed <= 70; seed++)
            foreach (var bench in benches)
            {
                var (level, on) = (0.0, false);
                var relation = Relate(bench, (watts, second, random) => stranger switch
                {
                    "white noise" => 3 + random.Normal(),
                    "random walk" => 5 + (level += 0.1 * random.Normal()),
                    "another load" => (on ^= random.Chance(0.01)) ? 19 : 5,
                    "20 dB below" => 10 + 0.1 * watts + 7 * random.Normal(),
                    "drift of heat" => 8 + 0.2 * second + 0.05 * random.Normal(),
                    _ => 8 + Math.Sin(2 * Math.PI * second * (0.2 + 0.05 * seed)) + 0.1 * random.Normal(),
                }, (at, _) => at + 1_234_567_890, arrived: false, seed);
                relation.Quality.ShouldBe(ClockQuality.Unlocked, $"seed {seed}");
            }
    }

    [Fact]
    public void A_meter_that_never_moves_or_hardly_reads_is_not_locked()
    {
        Relate(Bench(code: true), (_, _, _) => 5, (at, _) => at, arrived: false).Quality.ShouldBe(ClockQuality.Unlocked);
        Relate(Bench(code: true, period: 4), (watts, _, _) => watts, (at, _) => at, arrived: false).Quality.ShouldBe(ClockQuality.Unlocked);
        Relate(Bench(code: true, period: 4), (watts, _, _) => watts, (at, _) => at, arrived: true).Quality.ShouldBe(ClockQuality.Arrival);
    }

    private sealed record Played(ImmutableArray<RecordingEntry> Entries, SimulatedDevice Device, long Begin, long End, double Period);

    /// <summary>A session on the device, without meters.</summary>
    private static Played Bench(bool code, double period = 0.01)
    {
        var meter = LabProfiles.JetsonRails.Meters[0] with { PeriodSeconds = period };
        var workload = LabProfiles.JetsonRails.Workload with { GeneratedTokens = 12, Sync = code ? SyncPattern.For([new SimulatedMeter(meter, 1, new(DeviceProfiles.Jetson, 1), new(0)).Describe()]) : null };
        var (session, device) = SimulatedLab.RunVirtualOn(LabProfiles.JetsonRails with { Workload = workload, Meters = [meter] }, 1);
        var phases = session.Truths[0].Phases;
        return new([.. session.Entries.Where(e => e is RecordingEntry.Opened or RecordingEntry.Engine or RecordingEntry.Phase)], device, phases[0].Begin.Nanoseconds - 200_000_000, phases[^1].End.Nanoseconds + 200_000_000, period);
    }

    /// <summary>What becomes of a meter that reads this at those moments.</summary>
    private static ClockRelation Relate(Played bench, Func<double, double, SeededRandom, double> reads, Func<long, SeededRandom, long> stamps, bool arrived, int seed = 1)
    {
        var (id, random) = (new MeterId(LabProfiles.JetsonRails.Device, "stranger"), new SeededRandom(seed, "stranger"));
        var period = (long)(bench.Period * 1e9);
        var moments = Enumerable.Range(0, (int)((bench.End - bench.Begin) / period)).Select(i => bench.Begin + i * period).ToArray();
        var values = moments.Select((at, i) => (long)Math.Round(reads(bench.Device.PowerAt(new(at)), i * bench.Period, random) * 1e4)).ToImmutableArray();
        var block = new SampleBlock(null, arrived, [.. moments.Select(at => stamps(at, random))], [new SampleColumn("p", new(1, -4), values)]);
        var description = new MeterDescription
        {
            Kind = SensorKind.Instantaneous,
            PeriodSeconds = bench.Period,
            Channels = [new() { Name = "p", Quantity = "power", Unit = "W", Boundary = "dc-in" }],
        };
        var session = RecordedSession.From([.. bench.Entries, new RecordingEntry.Described(id, 1, description), new RecordingEntry.Block(id, 2, block)]);
        return MeterClocks.Relate(session, session.Meters[id.ToString()]);
    }
}
