using MELT.Sensors.Analysis;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Analysis;

public sealed class EnergyBudgetTests
{
    private static readonly MeterDescription Counter = Some.Power(0.01) with
    {
        Kind = SensorKind.Accumulated,
        Channels = [new() { Name = "e", Quantity = "energy", Unit = "J", Boundary = "package", Accuracy = Some.Accuracy, Resolution = 1e-6 }],
    };

    [Fact]
    public void The_offset_of_a_counter_is_a_power_that_grows_with_time_and_cancels_in_net()
    {
        var results = Some.Analyse(Some.Session([Some.Described(Counter), .. Some.Blocks(0, 10, 0.01, 100, ("e", t => 4 * t))]));
        Row(results.Quantity("decode_energy_joules"), "offset").ShouldBe(Some.Accuracy.Offset * 1.8 / Math.Sqrt(3), 1e-9);
        results.Quantity("net_decode_energy_joules").Budget.ShouldNotContain(line => line.Source == "offset");
    }

    private static double Row(Quantity quantity, string source) => quantity.Budget.Single(line => line.Source == source).U;
}
