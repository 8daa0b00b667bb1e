namespace MELT.Host.Tests.EndToEnd;

/// <summary>From steps of load to the page on the wall, and from there to a calibration.</summary>
[Collection(EndToEndTests.Name)]
public sealed class SensorsCheckTests(Workshop workshop)
{
    private const string Board = "bench/board";

    [Fact]
    public async Task A_meter_is_checked_graded_again_noted_and_compared_with_a_load()
    {
        var place = workshop.NewPlace();

        var grade = (await Melt.RunAsync(place, "sensors", "check", Board, "--device", "simulated:gpu-part-time", "--seconds", "14", "--out", "page.md", "--json")).ShouldBeDone().Json;

        (grade.Text("meter"), grade.Text("grade")).ShouldBe((Board, "B"));
        grade.Real("finest_seconds").ShouldBe(0.3, 0.01);
        File.ReadAllText(Path.Combine(place.Folder, "page.md")).ShouldStartWith($"# {Board}: grade B");

        (await Melt.RunAsync(place, "sensors", "check", Board, "--from", "last", "--json")).ShouldBeDone().Json.GetRawText().ShouldBe(grade.GetRawText());
        (await Melt.RunAsync(place, "sensors", "list")).ShouldBeDone().Output.ShouldContain($"moves with the load, grade B, by {grade.Text("session")}");
        await ShouldBeAnOrdinaryExperimentAsync(place);

        string[] load = ["sensors", "calibrate", Board, "--load", "2@10", "--tolerance", "1", "--phase", "baseline"];
        (await Melt.RunAsync(place, [.. load, "--dry-run"])).ShouldBeDone().Output.ShouldContain("not kept (--dry-run)");
        (await Melt.RunAsync(place, "sensors", "list")).Output.ShouldNotContain("calibration of");
        var kept = (await Melt.RunAsync(place, [.. load, "--json"])).ShouldBeDone().Json;
        kept.Text("calibration", "method").ShouldBe("Load");
        (await Melt.RunAsync(place, "sensors", "list")).ShouldBeDone().Output.ShouldContain("against load 2@10");
        (await Melt.RunAsync(place, "replay", "last")).ShouldBeDone();
    }

    [Fact]
    public async Task Who_asks_wrongly_is_told_how()
    {
        var place = workshop.NewPlace();

        (await Melt.RunAsync(place, "sensors", "check", "board")).ShouldFail(2, "device/meter");
        (await Melt.RunAsync(place, "sensors", "check", Board, "--device", "simulated:plug")).ShouldFail(2, "has no meter \"board\"", "plug");
        (await Melt.RunAsync(place, "sensors", "check", Board, "--seconds", "1")).ShouldFail(2, "from 3 to 600");
        (await Melt.RunAsync(place, "sensors", "calibrate", Board, "--load", "2@10")).ShouldFail(1, "no recordings");
    }

    private static async Task ShouldBeAnOrdinaryExperimentAsync(Place place)
    {
        var session = (await Melt.RunAsync(place, "show", "last", "--json")).ShouldBeDone().Json.At("sessions")[0];
        session.Text("status").ShouldBe("complete");
        var phases = session.At("phases").EnumerateArray().Select(p => p.Text("name")).ToArray();
        phases[0].ShouldBe("baseline");
        phases[^1].ShouldBe("cool-down");
        phases.Count(p => p == "exercise").ShouldBe(8);
        var plan = (await Melt.RunAsync(place, "show", "last", "--plan")).ShouldBeDone();
        plan.Output.ShouldContain("exercise_seconds: 12.6");
        place.Write("plan.yaml", plan.Output);
        (await Melt.RunAsync(place, "run", "plan.yaml", "--dry-run")).ShouldBeDone();
        (await Melt.RunAsync(place, "report", "last")).ShouldBeDone();
    }
}
