using MELT.Devices.Inference;
using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Meters;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Simulation;

public sealed class SimulatedMeterTests
{
    private const long Second = 1_000_000_000;
    private static readonly Stamp Start = new(1_767_225_600_000_000_000);
    private static readonly MeterProfile Monsoon = LabProfiles.PhoneMonsoon.Meters[0];

    /// <summary>A device that idles, then loads from 1 s to about 2.2 s, then is ready.</summary>
    private static SimulatedDevice Device()
    {
        var device = new SimulatedDevice(DeviceProfiles.Phone, 1);
        device.Handle(new EngineCommand.Load("m", new()), Start + Second);
        return device;
    }

    private static SimulatedMeter Meter(MeterProfile profile, long seed = 1) => new(profile, seed, Device(), Start);

    private static MeterProfile Perfect(MeterProfile profile, string quantity, string unit) => profile with
    {
        Channels = [new("x", quantity, unit, new(1, -9), 0, 0, 0)],
        Clock = new() { OffsetSeconds = 0, DriftPpm = 0 },
    };

    [Fact]
    public void The_same_seed_gives_the_same_readings_however_they_are_asked_for()
    {
        var (whole, parts) = (Meter(Monsoon), Meter(Monsoon));
        var one = whole.Sample(Start, Start + Second).ToList();
        var many = Enumerable.Range(0, 7).SelectMany(i => parts.Sample(Start + i * Second / 7, Start + (i + 1) * Second / 7)).ToList();
        many.SelectMany(b => b.Stamps).ShouldBe(one.SelectMany(b => b.Stamps));
        many.SelectMany(b => b.Columns[1].Integers).ShouldBe(one.SelectMany(b => b.Columns[1].Integers));
        Meter(Monsoon, 2).Sample(Start, Start + Second).First().Columns[1].Integers.ShouldNotBe(one[0].Columns[1].Integers);
    }

    [Fact]
    public void Readings_are_numbered_without_gap_and_lie_one_period_apart_by_the_meters_clock()
    {
        var blocks = Meter(Monsoon).Sample(Start, Start + Second).ToList();
        blocks.Sum(b => b.Count).ShouldBeInRange(4999, 5001);
        blocks.ShouldAllBe(b => b.Sequence!.Value.Last - b.Sequence.Value.First + 1 == b.Count);
        blocks.Zip(blocks.Skip(1)).ShouldAllBe(pair => pair.First.Sequence!.Value.Last + 1 == pair.Second.Sequence!.Value.First);
        var stamps = blocks.SelectMany(b => b.Stamps).ToList();
        stamps.Zip(stamps.Skip(1)).ShouldAllBe(pair => pair.Second - pair.First == 200_000);
    }

    [Fact]
    public void Noise_is_as_large_as_the_profile_says_and_gain_lies_within_what_is_stated()
    {
        var blocks = Meter(Monsoon).Sample(Start, Start + Second).ToList();
        foreach (var (channel, c) in Monsoon.Channels.Select((channel, c) => (channel, c)))
        {
            var values = blocks.SelectMany(b => Enumerable.Range(0, b.Count).Select(i => b.Columns[c][i])).ToList();
            var mean = values.Average();
            var spread = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
            spread.ShouldBe(Math.Sqrt(channel.Noise * channel.Noise + Math.Pow(channel.Grid.ToDouble(1), 2) / 12), 0.05 * channel.Noise);
            var truth = channel.Quantity == "voltage" ? Monsoon.SupplyVolts : Device().PowerAt(Start) / Monsoon.SupplyVolts;
            Math.Abs(mean - truth).ShouldBeLessThan(channel.Gain * truth + channel.Offset + 5 * spread / Math.Sqrt(values.Count));
        }
    }

    [Fact]
    public void Errors_fill_the_stated_interval_evenly_over_seeds()
    {
        var meters = Enumerable.Range(0, 400).Select(seed => Meter(Monsoon, seed).Channels[1]).ToList();
        foreach (var errors in new[] { meters.Select(m => m.GainError / 0.003).ToList(), meters.Select(m => m.OffsetError / 0.003).ToList() })
        {
            errors.ShouldAllBe(e => Math.Abs(e) <= 1);
            errors.Average().ShouldBe(0, 0.12);
            (errors.Sum(e => e * e) / errors.Count).ShouldBe(1 / 3.0, 0.06);
        }
    }

    [Fact]
    public void A_perfect_instantaneous_meter_reads_the_power_of_the_moment()
    {
        var meter = Meter(Perfect(Monsoon, "power", "W") with { LatencySeconds = 0.01 });
        foreach (var (stamp, value) in Readings(meter, 3)) value.ShouldBe(meter.View.PowerAt(new(stamp - 10_000_000)), 1e-8);
    }

    [Theory]
    [InlineData(StampPosition.Start, 0, 1)]
    [InlineData(StampPosition.Centre, -0.5, 0.5)]
    [InlineData(StampPosition.End, -1, 0)]
    public void A_perfect_averaging_meter_reads_the_mean_of_its_window(StampPosition position, double from, double to)
    {
        var meter = Meter(Perfect(LabProfiles.Plug.Meters[0], "power", "W") with { PeriodSeconds = 0.25, StampPosition = position });
        var readings = Readings(meter, 4);
        readings.Count.ShouldBeGreaterThan(10);
        foreach (var (stamp, value) in readings)
        {
            var (begin, end) = (new Stamp(stamp) + (long)(from * Second), new Stamp(stamp) + (long)(to * Second));
            end.ShouldBeLessThanOrEqualTo(Start + 4 * Second);
            value.ShouldBe(Numeric(meter.View, begin, end), 1e-3);
        }
    }

    [Fact]
    public void A_perfect_counter_grows_by_the_energy_between_its_readings()
    {
        var meter = Meter(Perfect(Monsoon, "energy", "J") with { Kind = SensorKind.Accumulated, PeriodSeconds = 0.1 });
        var readings = Readings(meter, 4);
        foreach (var ((from, before), (to, after)) in readings.Zip(readings.Skip(1)))
            (after - before).ShouldBe(meter.View.EnergyJoules(new(from), new(to)), 2e-9);
    }

    [Fact]
    public void Its_description_says_what_it_is_and_survives_JSON()
    {
        var meter = Meter(Monsoon, 42);
        var about = meter.Describe();
        (about.Simulated, about.ClockDomain, about.Kind, about.PeriodSeconds).ShouldBe((true, "sim-monsoon-42", SensorKind.Instantaneous, 0.0002));
        about.Channels.ShouldAllBe(c => c.Boundary == "battery-terminals" && c.Accuracy!.Source == "simulated profile monsoon" && c.Resolution == 0.000125);
        var json = System.Text.Json.JsonSerializer.Serialize(about, MeterJson.Default.MeterDescription);
        System.Text.Json.JsonSerializer.Deserialize(json, MeterJson.Default.MeterDescription)!.Channels.ShouldBe(about.Channels);
    }

    [Fact]
    public void Nothing_is_read_before_the_meter_is_switched_on()
    {
        Meter(Monsoon).Sample(Start + -Second, Start).ShouldBeEmpty();
        Meter(Monsoon).Sample(Start + -Second, Start + Second / 10).Sum(b => b.Count).ShouldBeInRange(499, 501);
    }

    private static List<(long Stamp, double Value)> Readings(SimulatedMeter meter, int seconds) =>
        [.. meter.Sample(Start, Start + seconds * Second).SelectMany(b => b.Stamps.Select((stamp, i) => (stamp, b.Columns[0][i])))];

    /// <summary>Mean of power by many small steps.</summary>
    private static double Numeric(BoundaryView view, Stamp begin, Stamp end)
    {
        const int Steps = 20_000;
        var sum = 0.0;
        for (var i = 0; i < Steps; i++) sum += view.PowerAt(begin + (long)((i + 0.5) * (end - begin) / Steps));
        return sum / Steps;
    }
}
