using MELT.Devices.Simulation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Calibration;
using MELT.Sensors.Meters;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Calibration;

/// <summary>Gain and offset of a meter found again from recordings in which something better watched too.</summary>
public sealed class TransferTests
{
    private static readonly LabProfile TwoPlugs = Exercised.Bench("plug", 60) with
    {
        Workload = Exercised.Bench("plug", 60).Workload with { BaselineSeconds = 10 },
        Meters =
        [
            LabProfiles.Plug.Meters[0] with { Name = "cheap", PeriodSeconds = 0.5, WindowSeconds = 0.5, Channels = [LabProfiles.Plug.Meters[0].Channels[0] with { Gain = 0.05, Offset = 1 }] },
            LabProfiles.Plug.Meters[0] with { Name = "good", PeriodSeconds = 0.4, WindowSeconds = 0.4, Channels = [LabProfiles.Plug.Meters[0].Channels[0] with { Gain = 0.001, Offset = 0.01 }] },
        ],
    };

    private static readonly MeterId Cheap = new(TwoPlugs.Device, "cheap"), Good = new(TwoPlugs.Device, "good");

    [Fact]
    public void The_line_keeps_its_U_in_many_trials()
    {
        var within = Enumerable.Range(1, 400).Count(seed =>
        {
            var random = new SeededRandom(seed, "line");
            double gain = 0.95 + 0.1 * random.Uniform(), offset = random.Uniform() - 0.5, sd = 0.02 + 0.1 * random.Uniform();
            var line = CalibrationLine.Through([.. Enumerable.Range(0, 6).Select(i =>
            {
                var truth = 5 + 8.0 * (i % 3);
                return new CalibrationPoint("rest", (truth - offset) / gain + sd * random.Normal(), sd, truth + sd * random.Normal(), sd);
            })])!.Value;
            return Math.Abs(line.Gain - gain) <= 2 * line.GainU && Math.Abs(line.Offset - offset) <= 2 * line.OffsetU;
        });

        // Two numbers that err together, each inside in some 95 %.
        (within / 400.0).ShouldBeInRange(0.9, 0.995);
    }

    [Fact]
    public void Corrected_readings_keep_the_truth_inside_U_over_two_hundred_benches()
    {
        var within = 0;
        foreach (var seed in Enumerable.Range(1, 200))
        {
            var virtually = SimulatedLab.RunVirtual(TwoPlugs, seed);
            var found = Transfer.Of([RecordedSession.From(virtually.Entries)], Cheap, Good);
            var c = found.Calibration.ShouldNotBeNull(found.Refusal);
            var phase = virtually.Truths[0].Phases.Single(p => p.Phase == "baseline");
            var truth = phase.EnergyJoules / ((phase.End - phase.Begin) * 1e-9);
            var baseline = found.Points.Single(p => p.Phase == "baseline");
            var u = 2 * Math.Sqrt(Math.Pow(baseline.Read * c.GainU, 2) + c.OffsetU * c.OffsetU);
            if (Math.Abs(found.Corrected(baseline.Read) - truth) <= u) within++;
        }

        within.ShouldBeGreaterThanOrEqualTo(188);
    }

    [Fact]
    public void It_corrects_a_cheap_meter_to_within_what_the_good_one_states()
    {
        var found = Transfer.Of([Exercised.Session(TwoPlugs)], Cheap, Good);

        var calibration = found.Calibration.ShouldNotBeNull(found.Refusal);
        calibration.Problem().ShouldBeNull();
        (calibration.Channel, calibration.Against, calibration.Method).ShouldBe(("p", Good.ToString(), CalibrationMethod.Transfer));
        calibration.GainU.ShouldBeLessThan(0.005);
        calibration.ValidFrom.Nanoseconds.ShouldBe(SessionTimeline.Of(Exercised.Session(TwoPlugs)).End);
        found.Points.ShouldAllBe(p => Math.Abs(found.Corrected(p.Read) - p.Reference) < 0.2);
        found.Points.ShouldContain(p => Math.Abs(p.Read - p.Reference) > 0.2);
    }

    [Fact]
    public void A_reference_without_accuracy_is_refused_unless_it_is_taken_as_exact()
    {
        var session = RecordedSession.From(SimulatedLab.RunVirtual(TwoPlugs, 1).Entries.Select(e => e is RecordingEntry.Described d && d.Meter == Good
            ? d with { Description = d.Description with { Channels = [.. d.Description.Channels.Select(c => c with { Accuracy = null })] } } : e));

        Transfer.Of([session], Cheap, Good).Refusal!.ShouldContain("states no accuracy");
        var exact = Transfer.Of([session], Cheap, Good, referenceExact: true);
        exact.Calibration.ShouldNotBeNull();
        exact.Remarks.ShouldContain(r => r.Contains("taken as exact"));
    }

    [Fact]
    public void A_meter_that_did_not_watch_is_refused_by_name() =>
        Transfer.Of([Exercised.Session(TwoPlugs)], Cheap, new MeterId(TwoPlugs.Device, "absent")).Refusal!.ShouldContain("did not record simulated-pc/absent");

    [Fact]
    public void A_known_load_tells_the_gain()
    {
        var bench = Resting(12.5);
        var found = KnownLoad.Of([new(Exercised.Session(bench), new Resistor(2, 5))], Exercised.Meter(bench), 0.01);

        var calibration = found.Calibration.ShouldNotBeNull(found.Refusal);
        (calibration.Method, calibration.Offset).ShouldBe((CalibrationMethod.Load, 0m));
        found.Corrected(found.Points[0].Read).ShouldBe(12.5, 1e-6);
        calibration.GainU.ShouldBe(0.01 / Math.Sqrt(3), 0.001);
        calibration.OffsetU.ShouldBe(0.25 / Math.Sqrt(3), 1e-9);
    }

    [Fact]
    public void Two_known_loads_tell_the_offset_too()
    {
        var (little, much) = (Resting(12.5), Resting(50));
        var found = KnownLoad.Of([new(Exercised.Session(little, 7), new Resistor(2, 5)), new(Exercised.Session(much, 7), new Resistor(2, 10))], Exercised.Meter(little), 0.001);

        var calibration = found.Calibration.ShouldNotBeNull(found.Refusal);
        foreach (var point in found.Points) found.Corrected(point.Read).ShouldBe(point.Reference, 0.01);
        calibration.Offset.ShouldNotBe(0);
        calibration.OffsetU.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("4.7@5", 5.319)]
    [InlineData("100@230", 529.0)]
    public void A_load_is_read_as_ohms_at_volts(string text, double watts)
    {
        Resistor.TryParse(text, out var load).ShouldBeTrue();
        load.Watts.ShouldBe(watts, 0.001);
    }

    [Theory]
    [InlineData("4.7")]
    [InlineData("0@5")]
    [InlineData("a@5")]
    [InlineData("4.7@-5")]
    public void What_is_no_load_is_refused(string text) => Resistor.TryParse(text, out _).ShouldBeFalse();

    /// <summary>A plug with nothing behind it but a resistor of this power.</summary>
    private static LabProfile Resting(double watts) => Exercised.Bench("plug").With(m => m with { Efficiency = 1e12, StandbyWatts = watts });
}
