using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;
using MELT.Sensors.Meters;
using MELT.Sensors.Tests.Analysis;

namespace MELT.Sensors.Tests.Energy;

public sealed class EnergyBudgetTests
{
    private static readonly ImmutableArray<Interval> OneToThree = [new(Some.At(1).Nanoseconds, Some.At(3).Nanoseconds)];

    private static MeteredEnergy Metered(MeterDescription about, double period, Func<double, double> watts, ClockRelation? clock = null, double stampU = 0, double until = 5)
    {
        var meter = RecordedSession.From([Some.Described(about), .. Some.Blocks(0, until, period, 1000, [.. about.Channels.Select(c => (c.Name, watts))])]).Meters.Values.Single();
        return new("battery-terminals", PowerSensors.Of(meter).Single().Sensors, clock ?? ClockRelation.Shared(Some.Domain), stampU, false);
    }

    private static MeterDescription With(MeterDescription about, Func<ChannelDescription, ChannelDescription> change) => about with { Channels = [.. about.Channels.Select(change)] };

    private static double U(EnergyEstimate estimate, string source) => estimate.Components.Single(c => c.Source == source).U;

    // 5 W for 2 s, with 1 % of reading and 2 mW: 10 J × 1 %/√3 and 2 s × 2 mW/√3.
    [Fact]
    public void Gain_and_offset_are_rectangular_unless_a_certificate_says_otherwise()
    {
        static double Watts(double t) => t < 4 ? 5 : 1;
        var stated = Metered(Some.Power(0.01), 0.01, Watts).Gross(OneToThree);
        U(stated, "gain").ShouldBe(10 * 0.01 / Math.Sqrt(3), 1e-12);
        U(stated, "offset").ShouldBe(2 * 0.002 / Math.Sqrt(3), 1e-12);
        var certified = Metered(With(Some.Power(0.01), c => c with { Accuracy = new(0.01, 0, "certificate", 2) }), 0.01, Watts).Gross(OneToThree);
        U(certified, "gain").ShouldBe(0.05, 1e-12);
    }

    // Net is 10 − 1 × 2 = 8 J: the gain errs on that, a constant offset errs on nothing.
    [Fact]
    public void Net_energy_has_the_gain_of_the_net_value_and_no_offset()
    {
        var net = Metered(Some.Power(0.01), 0.01, t => t < 4 ? 5 : 1).Estimate(OneToThree, new Baseline(1, 0.01, 15, [1]));
        net.Joules.ShouldBe(8, 1e-12);
        U(net, "gain").ShouldBe(8 * 0.01 / Math.Sqrt(3), 1e-12);
        U(net, "baseline").ShouldBe(0.02, 1e-12);
        net.Components.ShouldNotContain(c => c.Source == "offset");
    }

    // Constant 4 V × 1.25 A over 2 s: offset of V weighs ∫I = 2.5 A·s, offset of I weighs ∫V = 8 V·s.
    [Fact]
    public void Offsets_of_volts_and_amperes_weigh_the_other_factor()
    {
        var blocks = Some.Blocks(0, 5, 0.005, 100, ("v", t => t < 4 ? 4 : 3), ("i", _ => 1.25));
        var meter = RecordedSession.From([Some.Described(Samples.VoltsAndAmperes), .. blocks]).Meters.Values.Single();
        var estimate = new MeteredEnergy("battery-terminals", PowerSensors.Of(meter).Single().Sensors, ClockRelation.Shared(Some.Domain), 0, false).Gross(OneToThree);
        estimate.Joules.ShouldBe(10, 1e-12);
        U(estimate, "gain:v").ShouldBe(10 * 0.001 / Math.Sqrt(3), 1e-12);
        U(estimate, "gain:i").ShouldBe(10 * 0.005 / Math.Sqrt(3), 1e-12);
        U(estimate, "offset:v").ShouldBe(2.5 * 0.001 / Math.Sqrt(3), 1e-12);
        U(estimate, "offset:i").ShouldBe(8 * 0.002 / Math.Sqrt(3), 1e-12);
    }

    [Fact]
    public void Readings_that_stand_still_round_all_the_same_way()
    {
        var still = Metered(With(Some.Power(0.01), c => c with { Resolution = 0.1 }), 0.01, t => t < 4 ? 5 : 1).Gross(OneToThree);
        U(still, "resolution").ShouldBe(0.1 / Math.Sqrt(12) * 2, 1e-12);
        var moving = Metered(With(Some.Power(0.01), c => c with { Resolution = 0.1 }), 0.01, t => 5 + Math.Sin(50 * t)).Gross(OneToThree);
        U(moving, "resolution").ShouldBe(0.1 / Math.Sqrt(12) * 2 / Math.Sqrt(201), 1e-12);
    }

    // Edge a quarter into a window of 0.1 s that lies between windows of 2 and 6 W: 4 W × 0.1 s × ¼·¾/√3; the other edge meets equal windows.
    [Fact]
    public void An_edge_inside_a_window_splits_it_with_doubt()
    {
        var metered = Metered(Some.Power(0.1, SensorKind.Averaged, 0.1), 0.1, t => t < 1.05 ? 2 : 6);
        ImmutableArray<Interval> inside = [new(Some.At(1.025).Nanoseconds, Some.At(3).Nanoseconds)];
        U(metered.Gross(inside), "split").ShouldBe(4 * 0.1 * 0.25 * 0.75 / Math.Sqrt(3), 1e-12);
    }

    // A plateau of 5 W from 1 s to 3 s on 1 W: moved by 10 ms either way it loses 10 ms × 4 W, where P·σ would cancel to nothing.
    [Fact]
    public void Moving_the_edges_of_a_plateau_loses_energy_either_way()
    {
        var relation = new ClockRelation("meter", ClockQuality.Fitted, [new(new(long.MinValue), new(long.MaxValue), new(Some.Start), 0, 0) { OffsetU = 10_000_000 }]);
        var metered = Metered(Some.Power(0.001), 0.001, t => t is >= 1 and <= 3 ? 5 : 1, relation);
        U(metered.Gross(OneToThree), "edges").ShouldBe(0.04, 0.003);
    }

    [Fact]
    public void Sampling_sees_noise_as_large_as_it_is()
    {
        var random = new Random(5);
        double Gauss() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var lines = Enumerable.Range(0, 20).Select(_ => U(Metered(Some.Power(0.001), 0.001, t => 5 + 0.1 * Gauss()).Gross(OneToThree), "sampling"));
        // 0.1 W over 2000 readings of 1 ms: √2000 × 0.1 mJ.
        Math.Sqrt(lines.Average(u => u * u)).ShouldBe(Math.Sqrt(2000) * 1e-4, 0.6e-3);
    }

    [Fact]
    public void A_sensor_that_is_too_slow_says_what_it_would_need()
    {
        var refusal = Metered(Some.Power(0.5), 0.5, t => t).Gross([new(Some.At(1).Nanoseconds, Some.At(2).Nanoseconds)]).Refusal!;
        refusal.Code.ShouldBe("sensor-too-slow");
        refusal.Text.ShouldBe("needs ≤ 333 ms, has 500 ms");
    }

    [Fact]
    public void An_uncertain_clock_refuses_short_intervals()
    {
        var relation = new ClockRelation("meter", ClockQuality.Fitted, [new(new(long.MinValue), new(long.MaxValue), new(Some.Start), 0, 0) { OffsetU = 300_000_000 }]);
        Metered(Some.Power(0.01), 0.01, t => t, relation).Gross(OneToThree).Refusal!.Text.ShouldBe("needs edges known within 200 ms, has 300 ms");
    }

    [Fact]
    public void What_cannot_be_known_is_refused_by_name()
    {
        Metered(Some.Power(0.01), 0.01, _ => 5).Gross(OneToThree).Refusal!.Code.ShouldBe("sensor-never-moved");
        Metered(Some.Power(0.01), 0.01, t => t, ClockRelation.Unlocked("other")).Gross(OneToThree).Refusal!.Code.ShouldBe("clock-unlocked");
        Metered(Some.Power(0.01), 0.01, t => t, until: 2.9).Gross(OneToThree).Refusal!.Code.ShouldBe("gap");
        Metered(With(Some.Power(0.01), c => c with { Accuracy = new(0.9, 0, "poor") }), 0.01, t => t).Gross(OneToThree).Refusal!.Code.ShouldBe("sensor-too-slow");
    }

    [Fact]
    public void A_short_gap_is_bridged_and_counted_in_the_budget()
    {
        var blocks = Some.Blocks(0, 5, 0.001, 10, ("p", t => 5 + Math.Sin(300 * t))).Where((_, n) => n != 150).ToArray();
        var meter = RecordedSession.From([Some.Described(Some.Power(0.001)), .. blocks]).Meters.Values.Single();
        var estimate = new MeteredEnergy("b", PowerSensors.Of(meter).Single().Sensors, ClockRelation.Shared(Some.Domain), 0, false).Gross(OneToThree);
        estimate.Refusal.ShouldBeNull();
        // 11 ms without readings; those around it moved by most of 2 W: 11 ms × 2 W/2√3 at most.
        U(estimate, "gaps").ShouldBeInRange(0.011 * 1.2 / Math.Sqrt(12), 0.011 * 2.01 / Math.Sqrt(12));
    }

    // A meter with a certificate (k = 2) for gain and offset, noise, a coarse grid and an uncertain latency; truth is the closed-form integral.
    [Fact]
    public void U_covers_the_truth_about_as_often_as_it_says()
    {
        var about = With(Some.Power(0.002), c => c with { Resolution = 0.01, Accuracy = new(0.01, 0.02, "certificate", 2) }) with { LatencySeconds = 0.004, LatencyUncertaintySeconds = 0.002 };
        var covered = Enumerable.Range(0, 300).Count(seed =>
        {
            var random = new Random(seed);
            double Gauss() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var (gain, offset, latency) = (1 + 0.005 * Gauss(), 0.01 * Gauss(), 0.004 + 0.002 * Gauss());
            double Power(double t) => (t is >= 1 and < 2 ? 5 : t is >= 2.5 and < 3 ? 3 : 2) + 0.4 * Math.Sin(60 * t);
            var metered = Metered(about, 0.002, t => Math.Round((Power(t - latency) * gain + offset + 0.05 * Gauss()) / 0.01) * 0.01, until: 4);
            ImmutableArray<Interval> busy = [new(Some.At(1).Nanoseconds, Some.At(2).Nanoseconds), new(Some.At(2.5).Nanoseconds, Some.At(3).Nanoseconds)];
            var exact = 5 * 1.0 + 3 * 0.5 + 0.4 / 60 * (Math.Cos(60) - Math.Cos(120) + Math.Cos(150) - Math.Cos(180));
            var estimate = metered.Gross(busy);
            return Math.Abs(estimate.Joules - exact) <= Expanded.Of(estimate.Components).U95;
        });
        (covered / 300.0).ShouldBeInRange(0.92, 0.985);
    }
}
