using System.Text.Json;
using MELT.Sensors.Analysis;

namespace MELT.Sensors.Tests.Analysis;

/// <summary>What results say of operators.</summary>
public sealed class OperatorResultsTests
{
    private static SessionResults Results => Some.Analyse(Samples.All["operators of two requests"]());

    [Fact]
    public void Every_request_and_phase_is_a_profile_and_what_was_told_twice_is_added_up() =>
        Results.Operators!.Value.Select(p => (p.Request, p.Phase, p.Graphs, p.GraphsWallSeconds)).ShouldBe([(0, "decode", 1, 0.005), (1, "decode", 2, 0.005), (1, "prefill", 1, 0.007), (null, "decode", 1, 0.001)]);

    [Fact]
    public void Operators_modules_and_devices_each_share_the_whole()
    {
        var profile = Results.Operators!.Value[1];

        profile.ByOperator.ShouldBe([new("MUL_MAT", "cpu0", 36, 0.00375, 0.015, 0.75), new("MUL_MAT", "gpu0", 2, 0.00075, null, 0.15), new("CPY", null, 4, 0.0005, null, 0.1)]);
        profile.ByModule.ShouldBe([new("blk.0", 18, 0.0025, 0.01, 0.5), new("blk.1", 20, 0.002, null, 0.4), new(null, 4, 0.0005, null, 0.1)]);
        profile.ByDevice.ShouldBe([new("cpu0", 36, 0.00375, 0.015, 0.75), new("gpu0", 2, 0.00075, null, 0.15), new(null, 4, 0.0005, null, 0.1)]);
    }

    [Fact]
    public void In_json_units_are_named_and_a_time_nobody_told_is_null()
    {
        var profile = ResultsJson.Element(Results).GetProperty("operators")[0];

        profile.GetProperty("by_operator")[1].GetRawText().ShouldBe("""{"operator":"MUL_MAT","device":"gpu0","calls":1,"wall_seconds":0.00075,"cpu_seconds":null,"share":0.15}""");
        profile.GetProperty("by_module")[2].GetProperty("module").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void A_session_without_profiles_says_nothing_of_operators() =>
        ResultsJson.Element(Some.Analyse(Some.Session())).TryGetProperty("operators", out _).ShouldBeFalse();
}
