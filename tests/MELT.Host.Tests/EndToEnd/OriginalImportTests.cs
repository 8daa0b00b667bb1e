using MELT.Host.Reports;
using MELT.Host.Tests.Reports;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>What the original MELT left, from its folders to its numbers beside ours.</summary>
[Collection(WordsTests.Name)]
public sealed class OriginalImportTests(Workshop workshop)
{
    [SkippableFact]
    public async Task A_laboratory_is_imported_once_with_every_published_number_explained_and_shown_again()
    {
        var (place, records) = (workshop.NewPlace(), SomeRecord.Shared("melt-original"));

        var imported = (await Melt.RunAsync(place, "import", records, "--json")).ShouldBeDone().Json;
        var sessions = imported.EnumerateArray().Where(row => row.TryGetProperty("figures", out _)).ToArray();
        sessions.Length.ShouldBe(4);
        var published = sessions.SelectMany(s => s.GetProperty("figures").EnumerateArray()).Where(f => f.GetProperty("theirs").ValueKind != System.Text.Json.JsonValueKind.Null).ToArray();
        published.Length.ShouldBe(141);
        published.ShouldAllBe(f => f.GetProperty("explained").GetBoolean());
        sessions.ShouldAllBe(s => s.GetProperty("read").GetArrayLength() >= 4 && s.GetProperty("rejected").GetArrayLength() == 0);

        var again = (await Melt.RunAsync(place, "import", records, "--json")).ShouldBeDone().Json;
        again.EnumerateArray().ShouldAllBe(row => row.Text("status") == "already there");
        again.EnumerateArray().Select(row => row.Text("experiment")).ShouldBe(imported.EnumerateArray().Select(row => row.Text("experiment")));

        var experiment = sessions[1].Text("experiment");
        var shown = (await Melt.RunAsync(place, "show", experiment, "--json", "--dialect", "original")).ShouldBeDone();
        JsonSchema.Parse(ResultsSchema.Text).Faults(shown.Output).ShouldBeEmpty();
        Figures(shown.Json.GetProperty("dialects")[0]).ShouldBe(Figures(sessions[1]));
        (await Melt.RunAsync(place, "show", experiment, "--dialect", "original")).ShouldBeDone().Output.ShouldContain("103 published numbers");
        (await Melt.RunAsync(place, "report", experiment, "--dialect", "original", "--out", "run.html")).ShouldBeDone();
        File.ReadAllText(Path.Combine(place.Folder, "run.html")).ShouldContain("generate.decode.15");
        (await Melt.RunAsync(place, "replay", experiment, "--json")).ShouldBeDone().Json.Sha256().ShouldBe(shown.Json.Sha256());

        var evaluation = imported.EnumerateArray().Last().Text("experiment");
        evaluation.ShouldStartWith("evaluation-");
        (await Melt.RunAsync(place, "show", evaluation)).ShouldBeDone().Output.ShouldContain("4 of them look copied");
        (await Melt.RunAsync(place, "report", evaluation, "--out", "accuracy.html")).ShouldBeDone();
        var page = File.ReadAllText(Path.Combine(place.Folder, "accuracy.html"));
        page.ShouldContain("267 accuracy rows");
        page.Split("class=\"accuracy\"").Length.ShouldBeGreaterThan(200);
        page.ShouldContain("class=\"repeat\"");

        (await Melt.RunAsync(place, "export", evaluation, "tables")).ShouldFail(2, "--format melt");
        (await Melt.RunAsync(place, "export", evaluation, experiment, "--format", "melt", "-o", "moved.db")).ShouldBeDone();
        var elsewhere = workshop.NewPlace();
        foreach (var status in (string[])["imported", "already there"])
        {
            var moved = (await Melt.RunAsync(elsewhere, "import", Path.Combine(place.Folder, "moved.db"), "--json")).ShouldBeDone().Json;
            moved.EnumerateArray().Select(row => (row.Text("experiment"), row.Text("status"))).ShouldBe([(experiment, status), (evaluation, status)]);
        }
        (await Melt.RunAsync(elsewhere, "show", evaluation, "--json")).ShouldBeDone().Output.ShouldBe((await Melt.RunAsync(place, "show", evaluation, "--json")).ShouldBeDone().Output);
        (await Melt.RunAsync(elsewhere, "show", evaluation)).ShouldBeDone().Output.ShouldContain("267 accuracy rows");
    }

    private static string[] Figures(System.Text.Json.JsonElement of) => [.. of.GetProperty("figures").EnumerateArray().Select(f => System.Text.Json.JsonSerializer.Serialize(f))];
}
