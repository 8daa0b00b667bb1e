using MELT.Devices.Simulation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;
using MELT.Sensors.Meters;
using MELT.Sensors.Tests.Analysis;

namespace MELT.Sensors.Tests.Energy;

public sealed class PhaseRegressionTests
{
    private const double Period = 0.1;
    private const long Tenth = 100_000_000;

    [Theory, InlineData(0.1), InlineData(0.025), InlineData(0.37)]
    public void Without_noise_powers_are_found_exactly(double window)
    {
        var load = PhasedLoad.Of(new SeededRandom(1, "exact"), 40, 0.06, 0.3);
        var fit = PhaseRegression.Stated(load.Readings(Period, window, 0, stated: true), load.Columns.Plain)!;
        foreach (var (sort, watts) in fit.Sorts.Zip(fit.Watts)) watts.ShouldBe(load.Watts(sort), 1e-4, sort);
        var energy = fit.Energy(load.Intervals("on"));
        energy.Joules.ShouldBe(load.Joules("on"), 1e-4);
        energy.RegressionU.ShouldBeLessThan(1e-4);
        energy.WindowU.ShouldBe(0);
        fit.Window.ShouldBeNull();
    }

    // With 0.9 some 240 readings are worth 13 independent ones: how slow the errors are is hardly known then.
    [Theory, InlineData(0.0, 0.94), InlineData(0.4, 0.94), InlineData(0.6, 0.94), InlineData(0.9, 0.92)]
    public void U_covers_the_truth_whether_neighbours_err_together_or_not(double correlation, double share)
    {
        const int trials = 600;
        var (covered, squares, expanded) = (0, 0.0, 0.0);
        for (var seed = 1; seed <= trials; seed++)
        {
            var random = new SeededRandom(seed, "noise");
            var (load, carried) = (PhasedLoad.Of(random, 60, 0.06, 0.29), 2 * random.Normal());
            double Noise() => carried = correlation * carried + 2 * Math.Sqrt(1 - correlation * correlation) * random.Normal();
            var energy = PhaseRegression.Stated(load.Readings(Period, Period, 0, stated: true, Noise), load.Columns.Plain)!.Energy(load.Intervals("on"));
            var (error, u) = (energy.Joules - load.Joules("on"), Expanded.Of([new("regression", energy.RegressionU, "session", energy.DegreesOfFreedom)]).U95);
            if (Math.Abs(error) <= u) covered++;
            (squares, expanded) = (squares + error * error, expanded + u);
        }
        var said = FormattableString.Invariant($"{covered} of {trials} within U, mean U {expanded / trials / Math.Sqrt(squares / trials):F2} × the rms error");
        (covered / (double)trials).ShouldBeGreaterThanOrEqualTo(share, said);
        (expanded / trials / Math.Sqrt(squares / trials)).ShouldBeLessThan(2.6, said);
    }

    // Each window holds half of either, wherever it begins: the sum of both is told, neither alone.
    [Fact]
    public void A_load_as_fast_as_the_window_is_told_as_a_whole_only()
    {
        var load = PhasedLoad.Beating(Period, 10);
        var fit = PhaseRegression.Stated(load.Readings(Period, Period, 0, stated: true), load.Columns.Plain)!;
        fit.Energy(load.Intervals("on")).Inflation.ShouldBeGreaterThan(PhaseRegression.LargestInflation);
        fit.Energy(load.Intervals("off")).Inflation.ShouldBeGreaterThan(PhaseRegression.LargestInflation);
        var both = fit.Energy(load.Intervals("on", "off"));
        both.Inflation.ShouldBeLessThan(PhaseRegression.LargestInflation);
        both.Joules.ShouldBe(load.Joules("on") + load.Joules("off"), 0.02);
    }

    [Theory, InlineData(1, false), InlineData(20, true)]
    public void Whether_phases_are_told_apart_is_asked_of_the_design(double periods, bool told)
    {
        var load = PhasedLoad.Beating(periods * Period, 20);
        var fit = PhaseRegression.Stated(load.Readings(0.97 * Period, Period, 0, stated: true), load.Columns.Plain)!;
        (fit.Energy(load.Intervals("on")).Inflation <= PhaseRegression.LargestInflation).ShouldBe(told);
        if (told) fit.Energy(load.Intervals("on")).Joules.ShouldBe(load.Joules("on"), 1e-3);
    }

    [Fact]
    public void A_meter_refuses_what_its_readings_mix_and_tells_the_sum()
    {
        var load = PhasedLoad.Beating(Period, 10);
        var (on, off, both) = Gross(load);
        on.Refusal!.Code.ShouldBe("not-identifiable");
        off.Refusal!.Code.ShouldBe("not-identifiable");
        both.Refusal.ShouldBeNull();
        both.Derived.ShouldBeTrue();
        both.Joules.ShouldBe(load.Joules("on") + load.Joules("off"), 0.1);
    }

    [Fact]
    public void A_meter_tells_phases_that_are_too_short_to_be_integrated_from_many_of_them()
    {
        var load = PhasedLoad.Of(new SeededRandom(3, "meter"), 60, 0.06, 0.29);
        var (on, off, _) = Gross(load);
        on.Derived.ShouldBeTrue();
        on.Joules.ShouldBe(load.Joules("on"), 1e-3);
        off.Joules.ShouldBe(load.Joules("off"), 1e-3);
    }

    // Told by a meter of gap-free windows of a tenth of a second.
    private static (EnergyEstimate On, EnergyEstimate Off, EnergyEstimate Both) Gross(PhasedLoad load)
    {
        var blocks = Some.Blocks(Period, Math.Floor(load.End / Period) * Period, Period, 1000, ("p", t => load.Mean(t - Period, t)));
        var meter = RecordedSession.From([Some.Described(Some.Power(Period, SensorKind.Averaged, Period)), .. blocks]).Meters.Values.Single();
        var clock = ClockRelation.Shared(Some.Domain);
        var phases = new PhaseColumns(load.Pieces.Select(p => (p.Sort, Some.Start + p.Begin, Some.Start + p.End)), clock);
        var energy = new MeteredEnergy("battery-terminals", PowerSensors.Of(meter).Single().Sensors, clock, 0, false, phases);
        EnergyEstimate Of(params string[] sorts) => energy.Gross([.. load.Intervals(sorts).Select(i => new Interval(Some.Start + i.Begin, Some.Start + i.End))]);
        return (Of("on"), Of("off"), Of("on", "off"));
    }

    [Fact]
    public void A_window_and_latency_that_nobody_states_are_found_within_their_U()
    {
        const int seeds = 8;
        var fits = Enumerable.Range(1, seeds).AsParallel().AsOrdered().Select(seed =>
        {
            var random = new SeededRandom(seed, "fitted");
            double window = 0.02 + 0.4 * random.Uniform(), latency = 0.08 * random.Uniform();
            var load = PhasedLoad.Of(random, 10, 0.6, 1.4);
            var fit = PhaseRegression.Fitted(load.Readings(Period, window, latency, stated: false, () => 0.5 * random.Normal()), load.Columns.WithBeginnings(Tenth), Tenth)!;
            return (Fit: fit, Load: load, Window: window, Latency: latency, Energy: fit.Energy(load.Intervals("on")));
        }).ToArray();
        fits.Count(f => Math.Abs(f.Fit.Window!.Nanoseconds / 1e9 - f.Window) <= 2 * f.Fit.Window.U / 1e9).ShouldBeGreaterThanOrEqualTo(seeds - 1);
        fits.Count(f => Math.Abs(f.Fit.Window!.Latency / 1e9 - f.Latency) <= 2 * f.Fit.Window.LatencyU / 1e9).ShouldBeGreaterThanOrEqualTo(seeds - 1);
        fits.ShouldAllBe(f => Math.Abs((f.Fit.Window!.Latency + f.Fit.Window.Nanoseconds / 2.0) / 1e9 - f.Latency - f.Window / 2) < 0.01);
        fits.ShouldAllBe(f => f.Fit.Window!.DelayU < 5e6 && f.Fit.Window.U > 0);
        fits.ShouldAllBe(f => Math.Abs(f.Energy.Joules - f.Load.Joules("on")) <= 0.01 * f.Load.Joules("on"));
    }

    [Fact]
    public void Fewer_readings_than_sorts_tell_nothing()
    {
        var load = PhasedLoad.Of(new SeededRandom(1, "few"), 3, 0.5, 0.8);
        var all = load.Readings(Period, Period, 0, stated: true);
        WindowedReadings First(int n) => new(all.Ends[..n], all.Watts[..n], all.Lengths![..n]);
        for (var n = 0; n <= 3; n++)
        {
            PhaseRegression.Stated(First(n), load.Columns.Plain).ShouldBeNull();
            PhaseRegression.Fitted(First(n) with { Lengths = null }, load.Columns.WithBeginnings(Tenth), Tenth).ShouldBeNull();
        }
        PhaseRegression.Stated(First(4), load.Columns.Plain).ShouldNotBeNull();
        PhaseRegression.Stated(all, new PhaseColumns([], ClockRelation.Shared("clock")).Plain).ShouldBeNull();
    }

    [Fact]
    public void Readings_that_never_change_give_that_power_and_fit_no_window()
    {
        var load = new PhasedLoad([("rest", 1, 7), ("on", 1, 7), ("off", 1, 7)]);
        var told = load.Readings(Period, Period, 0, stated: true);
        var readings = told with { Watts = [.. told.Watts.Select(_ => 7.0)] };
        var energy = PhaseRegression.Stated(readings, load.Columns.Plain)!.Energy(load.Intervals("on"));
        energy.Joules.ShouldBe(7, 1e-6);
        energy.RegressionU.ShouldBe(0, 1e-6);
        PhaseRegression.Fitted(readings with { Lengths = null }, load.Columns.WithBeginnings(Tenth), Tenth).ShouldBeNull();
    }

    [Fact]
    public void Phases_that_last_no_time_change_nothing()
    {
        var load = PhasedLoad.Of(new SeededRandom(4, "empty"), 20, 0.1, 0.4);
        var with = load.Pieces.SelectMany(p => new[] { p, ("moment", p.End, p.End) }).ToArray();
        var readings = load.Readings(Period, Period, 0, stated: true);
        var (fit, plain) = (PhaseRegression.Stated(readings, new PhaseColumns(with, ClockRelation.Shared("clock")).Plain)!, PhaseRegression.Stated(readings, load.Columns.Plain)!);
        fit.Energy(load.Intervals("on")).Joules.ShouldBe(plain.Energy(load.Intervals("on")).Joules, 1e-9);
        fit.Watts.ShouldAllBe(w => double.IsFinite(w));
    }

    // Any phases, any windows, however few readings: what is told is a number, and what is not determined is infinite.
    [Fact]
    public void What_is_told_is_always_a_number()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new SeededRandom(seed, "anything");
            var (sorts, length) = (1 + (int)(5 * random.Uniform()), 0.01 + random.Uniform());
            var load = new PhasedLoad(Enumerable.Range(0, 1 + (int)(12 * random.Uniform())).Select(i => ($"s{i % sorts}", random.Chance(0.2) ? 0 : length * random.Uniform(), random.Within(50))).Append(("last", 0.1, 5)));
            var readings = load.Readings(0.02 + 0.1 * random.Uniform(), 0.3 * random.Uniform(), 0, stated: true, () => random.Within(1));
            if (PhaseRegression.Stated(readings, load.Columns.Plain) is not { } fit) continue;
            fit.Watts.ShouldAllBe(w => double.IsFinite(w));
            foreach (var sort in fit.Sorts)
            {
                var energy = fit.Energy(load.Intervals(sort));
                energy.ShouldSatisfyAllConditions($"seed {seed}, {sort}",
                    () => double.IsFinite(energy.Joules).ShouldBeTrue(), () => double.IsFinite(energy.RegressionU).ShouldBeTrue(),
                    () => energy.DegreesOfFreedom.ShouldBeGreaterThanOrEqualTo(1), () => energy.WindowU.ShouldBe(0), () => energy.Inflation.ShouldBeGreaterThanOrEqualTo(0));
            }
        }
    }

    [Fact]
    public void A_fit_of_whatever_was_read_is_a_number_too()
    {
        Enumerable.Range(1, 3).AsParallel().ForAll(seed =>
        {
            var random = new SeededRandom(seed, "any fit");
            var load = PhasedLoad.Of(random, 1 + seed % 3, 0.05, 0.9);
            if (PhaseRegression.Fitted(load.Readings(Period, Period, 0, stated: false, () => random.Within(100)), load.Columns.WithBeginnings(Tenth), Tenth) is not { } fit) return;
            double.IsFinite(fit.Window!.U + fit.Window.LatencyU + fit.Window.DelayU).ShouldBeTrue();
            foreach (var sort in fit.Sorts.Where(s => !s.EndsWith("begins", StringComparison.Ordinal)))
            {
                var energy = fit.Energy(load.Intervals(sort));
                double.IsFinite(energy.Joules + energy.RegressionU + energy.WindowU).ShouldBeTrue();
                double.IsNaN(energy.Inflation).ShouldBeFalse();
            }
        });
    }
}
