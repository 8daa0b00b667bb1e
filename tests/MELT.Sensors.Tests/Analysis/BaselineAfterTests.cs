using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Analysis;

public sealed class BaselineAfterTests
{
    /// <summary>A phone that leaks so much when it is warm that it idles higher after its work than before.</summary>
    private static readonly LabProfile Warm = LabProfiles.PhoneMonsoon with
    {
        DeviceProfile = LabProfiles.PhoneMonsoon.DeviceProfile with { LeakageWattsPerKelvin = 0.03, HeatCapacityJoulesPerKelvin = 12 },
        Meters = [LabProfiles.PhoneMonsoon.Meters[0] with { PeriodSeconds = 0.001 }],
    };

    [Fact]
    public void An_idle_power_that_drifts_is_the_mean_of_before_and_after_and_its_change_is_in_the_uncertainty()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            var (once, twice) = (Play(seed, 0), Play(seed, 3));
            var (before, both) = (Told(once.Results, "baseline_power_watts"), Told(twice.Results, "baseline_power_watts"));
            var baselines = twice.Truth.Phases.Where(p => p.Phase == "baseline").Select(p => p.EnergyJoules / ((p.End - p.Begin) * 1e-9)).ToArray();

            var change = baselines[1] - baselines[0];
            change.ShouldBeGreaterThan(0.03, "the phone is warmer afterwards");
            (both.Value!.Value - before.Value!.Value).ShouldBe(change / 2, change / 4);
            Line(both).ShouldBe(change / Math.Sqrt(12) * 6, change / Math.Sqrt(12), "over 6 s of baseline");
            foreach (var key in new[] { "baseline_power_watts", "net_energy_joules", "net_decode_energy_joules" })
                Math.Abs(Told(twice.Results, key).Value!.Value - twice.Truth.Values[key]).ShouldBeLessThan(1.5 * Told(twice.Results, key).U95!.Value, key);
        }
    }

    [Fact]
    public void Batches_of_both_baselines_tell_how_it_varies()
    {
        var budget = Told(Play(1, 3).Results, "baseline_power_watts");
        var steady = Told(Play(1, 0).Results, "baseline_power_watts");
        (budget.N, steady.N).ShouldBe((2, 1));
        Told(Play(1, 0.05).Results, "baseline_power_watts").Value.ShouldNotBeNull("a second baseline too short for batches of its own is averaged all the same");
    }

    private static double Line(Quantity quantity) => quantity.Budget.Single(line => line.Source == "baseline-spread").U * 6;

    private static (SessionResults Results, MELT.Devices.Simulation.SimulatedTruth Truth) Play(int seed, double after)
    {
        var session = SimulatedLab.RunVirtual(Warm with { Workload = Warm.Workload with { BaselineAfterSeconds = after } }, seed);
        return (SessionAnalysis.Analyse(RecordedSession.From(session.Entries)), session.Truths[0]);
    }

    private static Quantity Told(SessionResults results, string key) => results.Metrics[key].ShouldBeOfType<Quantity>();
}
