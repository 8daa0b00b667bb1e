using MELT.Sensors.Analysis;
using MELT.Sensors.Tests.Analysis;

namespace MELT.Sensors.Tests.Clocks;

/// <summary>The clock of a power meter steps forward by 10 ms during the second of three requests.</summary>
public sealed class SteppedClockEnergyTests
{
    private static readonly SessionResults Stepped = Some.Analyse(Samples.All["a clock that steps"]()), Steady = Some.Analyse(Samples.All["a clock of its own"]());

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_request_with_the_step_inside_says_that_its_edges_are_unsure(int request, bool unsure)
    {
        var (stepped, steady) = (Energy(Stepped, request), Energy(Steady, request));

        stepped.Value!.Value.ShouldBe(steady.Value!.Value, stepped.U95!.Value);
        (Edges(stepped) > 2 * Edges(steady)).ShouldBe(unsure);
    }

    private static Quantity Energy(SessionResults results, int request) => results.Requests[request].Metrics["energy_joules"].ShouldBeOfType<Quantity>();
    private static double Edges(Quantity energy) => energy.Budget.Single(line => line.Source == "edges").U;
}
