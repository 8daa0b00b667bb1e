using System.Collections.Immutable;
using MELT.Devices.Simulation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;
using MELT.Sensors.Meters;
using MELT.Sensors.Tests.Analysis;

namespace MELT.Sensors.Tests.Energy;

/// <summary>
/// Draws what a budget is made of, a thousand times each, and compares how far the energies lie from the truth with the u_c they state: root mean squares
/// within 5 %. Limits without a certificate are rectangular, clocks and stamps normal. Each source alone, then all together.
/// </summary>
public sealed class BudgetMonteCarloTests
{
    private const int Draws = 2000;
    private const double Agreement = 0.05;

    /// <summary>Sizes of the errors: limits of gain and offset, step of the resolution, standard deviations of clock, stamps and noise.</summary>
    public sealed record Errors
    {
        public double Gain { get; init; }
        public double Offset { get; init; }
        public double Resolution { get; init; }
        public double ClockU { get; init; }
        public double StampU { get; init; }
        public double Noise { get; init; }

        public Errors Only(string source) => source switch
        {
            "gain" => new() { Gain = Gain },
            "offset" => new() { Offset = Offset },
            "resolution" => new() { Resolution = Resolution },
            "clock" => new() { ClockU = ClockU },
            "stamps" => new() { StampU = StampU },
            "noise" => new() { Noise = Noise },
            _ => this,
        };
    }

    // Twenty windows of a second, 10 W rising by 0.4 W/s; inside, each second has a power of its own, so that rounding errors are independent.
    [Theory, InlineData("gain"), InlineData("offset"), InlineData("resolution"), InlineData("clock"), InlineData("stamps"), InlineData("all")]
    public void An_averaged_sensor_errs_as_its_budget_says(string source)
    {
        var errors = new Errors { Gain = 0.005, Offset = 0.05, Resolution = 0.5, ClockU = 0.05, StampU = 0.03 }.Only(source);
        Agrees(source, random =>
        {
            var (first, shift, own) = (10 + random.Uniform(), Normal(random, errors.ClockU), Enumerable.Range(0, 30).Select(second => second is > 5 and < 23 ? random.Within(1) : 0).ToArray());
            double Energy(double t) => first * t + 0.2 * t * t + own.Select((watts, second) => watts * Math.Clamp(t - second, 0, 1)).Sum();
            var (gain, offset) = (1 + random.Within(errors.Gain), random.Within(errors.Offset));
            double Read(double stamp) => Rounded(gain * (Energy(stamp - shift) - Energy(stamp - shift - 1)) + offset, errors.Resolution);
            return Error(Described(SensorKind.Averaged, 1, errors, "power", "W"), Some.Blocks(2, 28, 1, 100, ("p", Read)), 4, 24, Energy, errors, random);
        });
    }

    // A counter told every second; it begins anywhere inside its step.
    [Theory, InlineData("gain"), InlineData("offset"), InlineData("resolution"), InlineData("clock"), InlineData("stamps"), InlineData("all")]
    public void A_counter_errs_as_its_budget_says(string source)
    {
        var errors = new Errors { Gain = 0.005, Offset = 0.05, Resolution = 1.5, ClockU = 0.05, StampU = 0.03 }.Only(source);
        Agrees(source, random =>
        {
            var (first, shift) = (10 + random.Uniform(), Normal(random, errors.ClockU));
            double Energy(double t) => first * t + 0.2 * t * t;
            var (gain, offset, begun) = (1 + random.Within(errors.Gain), random.Within(errors.Offset), 10 * random.Uniform());
            double Read(double stamp) => Rounded(begun + gain * Energy(stamp - shift) + offset * stamp, errors.Resolution);
            return Error(Described(SensorKind.Accumulated, 1, errors, "energy", "J"), Some.Blocks(1, 28, 1, 100, ("p", Read)), 4, 24, Energy, errors, random);
        });
    }

    // Volts stand still, amperes rise by 1 A/s (but where rounding is drawn alone: a rising value would be rounded up and down in turn); readings every 20 ms.
    [Theory, InlineData("gain"), InlineData("offset"), InlineData("resolution"), InlineData("clock"), InlineData("stamps"), InlineData("noise"), InlineData("all")]
    public void Volts_times_amperes_err_as_their_budget_says(string source)
    {
        var errors = new Errors { Gain = 0.005, Offset = 0.01, Resolution = 0.01, ClockU = 0.004, StampU = 0.003, Noise = 0.1 }.Only(source);
        if (source == "all") errors = errors with { Resolution = 0.001 };
        Agrees(source, random =>
        {
            double volts = 4 + random.Uniform(), amperes = 1 + random.Uniform(), slope = source == "resolution" ? 0 : 1;
            var shift = Normal(random, errors.ClockU);
            double Energy(double t) => volts * (amperes * t + slope * t * t / 2);
            (double Gain, double Offset) v = (1 + random.Within(errors.Gain), random.Within(errors.Offset)), i = (1 + random.Within(errors.Gain), random.Within(errors.Offset));
            double V(double stamp) => Rounded(v.Gain * volts + v.Offset + Normal(random, errors.Noise), errors.Resolution);
            double I(double stamp) => Rounded(i.Gain * (amperes + slope * (stamp - shift)) + i.Offset + Normal(random, errors.Noise), errors.Resolution);
            var about = Described(SensorKind.Instantaneous, 0.02, errors, "voltage", "V");
            about = about with { Channels = [about.Channels[0] with { Name = "v" }, about.Channels[0] with { Name = "i", Quantity = "current", Unit = "A" }] };
            return Error(about, Some.Blocks(0.5, 3.5, 0.02, 1000, ("v", V), ("i", I)), 1, 3, Energy, errors, random);
        });
    }

    private static void Agrees(string source, Func<SeededRandom, (double Error, double U)> draw)
    {
        var drawn = Enumerable.Range(1, Draws).AsParallel().AsOrdered().Select(seed => draw(new(seed, source))).ToArray();
        double errors = Math.Sqrt(drawn.Average(d => d.Error * d.Error)), stated = Math.Sqrt(drawn.Average(d => d.U * d.U));
        (stated / errors).ShouldBeInRange(1 - Agreement, 1 + Agreement, FormattableString.Invariant($"{source}: stated {stated:G4} J, drawn {errors:G4} J"));
    }

    private static MeterDescription Described(SensorKind kind, double period, Errors errors, string quantity, string unit) => Some.Power(period, kind, kind == SensorKind.Averaged ? period : null) with
    {
        Channels = [new() { Name = "p", Quantity = quantity, Unit = unit, Boundary = "battery-terminals", Accuracy = new(errors.Gain, errors.Offset, "drawn"), Resolution = errors.Resolution > 0 ? errors.Resolution : null }],
    };

    // Energy told from one moment to another, each stamped with an error of its own, less the true energy; and the u_c that stands beside it.
    private static (double Error, double U) Error(MeterDescription about, IEnumerable<RecordingEntry> blocks, double from, double to, Func<double, double> energy, Errors errors, SeededRandom random)
    {
        var meter = RecordedSession.From([Some.Described(about), .. blocks]).Meters.Values.Single();
        var clock = new ClockRelation("meter", ClockQuality.Fitted, [new(new(long.MinValue), new(long.MaxValue), new(Some.Start), 0, 0) { OffsetU = errors.ClockU * 1e9 }]);
        ImmutableArray<Interval> asked = [new(Some.At(from + Normal(random, errors.StampU)).Nanoseconds, Some.At(to + Normal(random, errors.StampU)).Nanoseconds)];
        var estimate = new MeteredEnergy("battery-terminals", PowerSensors.Of(meter).Single().Sensors, clock, errors.StampU * 1e9, false).Estimate(asked, null);
        return (estimate.Joules - (energy(to) - energy(from)), Expanded.Combined(estimate.Components));
    }

    private static double Normal(SeededRandom random, double deviation) => deviation == 0 ? 0 : deviation * random.Normal();
    private static double Rounded(double value, double step) => step == 0 ? value : Math.Round(value / step) * step;
}
