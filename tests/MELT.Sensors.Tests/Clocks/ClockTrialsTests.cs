using System.Globalization;
using MELT.Sensors.Trials;
using Xunit.Abstractions;

namespace MELT.Sensors.Tests.Clocks;

/// <summary>20 clocks for 20 minutes; MELT_CLOCK_SEEDS and MELT_CLOCK_SECONDS ask for more (200 and 3600 for the table in the documentation).</summary>
public sealed class ClockTrialsTests(ITestOutputHelper output)
{
    private static readonly Lazy<ClockTrials> Trials = new(() => ClockTrials.Run((int)Asked("MELT_CLOCK_SEEDS", 20), Asked("MELT_CLOCK_SECONDS", 1200)));

    [Fact]
    public void Away_from_steps_the_clock_is_known_within_50_microseconds()
    {
        output.WriteLine(Trials.Value.ToString());
        Trials.Value.P99.ShouldBeLessThan(50e-6);
    }

    [Fact]
    public void Every_step_is_found_within_5_seconds_and_none_is_invented()
    {
        var (all, found, invented) = Trials.Value.Steps;
        found.ShouldBe(all);
        invented.ShouldBe(0);
    }

    [Fact]
    public void Stated_intervals_cover_the_truth_as_often_as_stated()
    {
        Trials.Value.Coverage.ShouldBeInRange(0.94, 0.98, "the fit");
        Trials.Value.CoverageWithPath.ShouldBeGreaterThan(0.98, "the fit and a path that may be lopsided, but is not");
    }

    private static double Asked(string variable, double otherwise) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
