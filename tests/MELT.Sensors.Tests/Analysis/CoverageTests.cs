using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Analysis;

/// <summary>Whether U is what it says: of 200 simulated phones the truth lies within U in 94–98 of 100.</summary>
public sealed class CoverageTests
{
    private const int Seeds = 200;

    [Theory]
    [InlineData("prefill_energy_joules")]
    [InlineData("decode_energy_joules")]
    public void The_truth_lies_within_U_as_often_as_stated(string key)
    {
        var scores = Sessions.Value.Select(s => s[key]).ToArray();
        var within = scores.Count(score => Math.Abs(score) <= 1);

        scores.Length.ShouldBe(Seeds);
        ((double)within / Seeds).ShouldBeInRange(0.94, 0.98, $"{within} of {Seeds} within U");
        scores.Average().ShouldBeInRange(-0.12, 0.12, "errors lean to one side");
    }

    /// <summary>Error over U of every energy, by seed.</summary>
    private static readonly Lazy<IReadOnlyList<IReadOnlyDictionary<string, double>>> Sessions = new(() =>
        [.. Enumerable.Range(1, Seeds).Select(seed =>
        {
            var session = SimulatedLab.RunVirtual("phone-monsoon", seed);
            var truth = session.Truths.Single();
            var results = TruthComparison.Beside(SessionAnalysis.Analyse(RecordedSession.From(session.Entries)), truth.Boundary, truth.Values);
            return results.Truth!.Values.Where(v => v.Value.ErrorOverU95 is not null).ToDictionary(v => v.Key, v => v.Value.ErrorOverU95!.Value);
        })]);
}
