using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Analysis;

public sealed class CalibrationTests
{
    private static MeterCalibration Found(decimal gain, decimal offset, string channel = "p", CalibrationMethod method = CalibrationMethod.Transfer) => new()
    {
        Channel = channel,
        Gain = gain,
        GainU = 0.001,
        Offset = offset,
        OffsetU = 0.01,
        Against = "lab/wt310.p",
        Method = method,
        ValidFrom = Some.At(-3600),
    };

    private static SessionResults Analyse(string recording, params MeterCalibration[] calibrations) =>
        Some.Analyse([.. Samples.All[recording](), .. calibrations.Select((c, i) => new RecordingEntry.Calibrated(Some.Meter, -10 + i, c))]);

    [Theory]
    [InlineData("momentary power", "p")]
    [InlineData("averaged power", "p")]
    [InlineData("counter of joules", "e")]
    [InlineData("volts times amperes", "i")]
    public void Gain_one_and_offset_zero_change_no_value(string recording, string channel) =>
        Values(Analyse(recording, Found(1.000m, 0.0m, channel))).ShouldBe(Values(Analyse(recording)));

    [Fact]
    public void Any_gain_and_offset_give_gain_times_energy_plus_offset_times_time()
    {
        var (raw, seconds) = (Energy(Analyse("momentary power")), 2 * 1.4);
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(900_000, 1_100_000).Two().ToArbitrary(), drawn =>
        {
            var (gain, offset) = (drawn.Item1 / 1_000_000m, (drawn.Item2 - 1_000_000) / 1_000_000m);
            Math.Abs(Energy(Analyse("momentary power", Found(gain, offset))) - ((double)gain * raw + (double)offset * seconds)).ShouldBeLessThan(1e-9);
        }));
    }

    [Fact]
    public void The_budget_knows_the_calibration_and_not_the_data_sheet()
    {
        var energy = Analyse("momentary power", Found(1.02m, 0.1m)).Quantity("energy_joules");
        energy.Budget.Single(b => b.Source == "gain").U.ShouldBe(energy.Value!.Value * 0.001 / 1.02, 1e-9);
        energy.Budget.Single(b => b.Source == "offset").U.ShouldBe(0.01 * 2.8, 1e-6);
        energy.Budget.Where(b => b.Source is "gain" or "offset").ShouldAllBe(b => b.Correlated == "meter");
    }

    [Theory]
    [InlineData(CalibrationMethod.Transfer, "derived")]
    [InlineData(CalibrationMethod.Load, "measured")]
    public void A_transfer_makes_values_derived_a_known_load_does_not(CalibrationMethod how, string method) =>
        Analyse("momentary power", Found(1.02m, 0, method: how)).Quantity("energy_joules").Method.ShouldBe(method);

    [Fact]
    public void The_newest_before_the_readings_counts_and_is_named()
    {
        var results = Analyse("momentary power", Found(1.5m, 0), Found(1.02m, 0));
        Energy(results).ShouldBe(1.02 * Energy(Analyse("momentary power")), 1e-9);
        results.Warnings.Single(w => w.Code == "calibration-used").Text.ShouldContain("against lab/wt310.p: 1.02·reading + 0");
    }

    [Fact]
    public void One_that_came_while_the_session_ran_does_not_change_it() =>
        Values(Some.Analyse([.. Samples.All["momentary power"](), new RecordingEntry.Calibrated(Some.Meter, 5, Found(2, 0))])).ShouldBe(Values(Analyse("momentary power")));

    [Fact]
    public void A_lag_moves_the_readings_and_its_uncertainty_the_edges()
    {
        var late = Analyse("momentary power", Found(1, 0) with { LagSeconds = 0.05, LagU = 0.004 }).Quantity("decode_energy_joules");
        late.Value!.Value.ShouldNotBe(Analyse("momentary power").Quantity("decode_energy_joules").Value!.Value);
        late.Budget.ShouldContain(b => b.Source == "edges");
    }

    [Fact]
    public void A_sensor_that_stands_still_is_believed_once_a_check_saw_it_move()
    {
        RecordingEntry[] still = [Some.Described(Some.Power(0.002)), .. Some.Blocks(0, 10, 0.002, 700, ("p", _ => 60))];
        Some.Analyse(Some.Session(still)).Quantity("energy_joules").Reason!.Code.ShouldBe("sensor-never-moved");
        var seen = Some.Analyse(Some.Session([.. still, new RecordingEntry.Checked(Some.Meter, -1, new("A", true, 0.006, "s-0", Some.At(-60)))]));
        seen.Quantity("energy_joules").Value!.Value.ShouldBe(60 * 2.8, 1e-9);
    }

    private static double Energy(SessionResults results) => results.Quantity("energy_joules").Value!.Value;

    private static Dictionary<string, double?> Values(SessionResults results) => results.Metrics.Where(m => m.Value is Quantity).ToDictionary(m => m.Key, m => ((Quantity)m.Value).Value);
}
