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

    [Fact]
    public void Windows_split_at_edges_err_the_same_way_at_each_so_they_add_up()
    {
        var averaged = Some.Power(0.05, SensorKind.Averaged, 0.05);
        var results = Some.Analyse(Some.Session([Some.Described(averaged), .. Some.Blocks(0.02, 9.97, 0.05, 50, ("p", t => t > 3 && (t - 3) % 2 < 1.4 ? 6 : 1))]));
        var single = results.Requests.Where(r => !r.Warmup).Select(r => Row(r.Metrics["energy_joules"].ShouldBeOfType<Quantity>(), "split")).ToList();
        single.Count.ShouldBe(2);
        single.ShouldAllBe(u => u > 0);
        Row(results.Quantity("energy_joules"), "split").ShouldBe(single.Sum(), 1e-9);
    }

    private static double Row(Quantity quantity, string source) => quantity.Budget.Single(line => line.Source == source).U;
}
