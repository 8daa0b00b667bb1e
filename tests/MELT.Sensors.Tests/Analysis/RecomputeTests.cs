using System.Diagnostics;
using System.Text.Json;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Clocks;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Analysis;

public sealed class RecomputeTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("melt-recompute-");

    public void Dispose() => folder.Delete(recursive: true);

    public static TheoryData<string> Recordings => [.. Samples.All.Keys];

    [SkippableTheory, MemberData(nameof(Recordings))]
    public async Task A_stranger_finds_every_value_from_the_export(string recording)
    {
        var (exit, output) = await Recompute(RecordedSession.From(Samples.All[recording]()), results => results);
        output.ShouldContain("values agree");
        exit.ShouldBe(0, output);
    }

    [SkippableTheory]
    [InlineData("jetson-rails", true)]
    [InlineData("phone-monsoon", false)]
    [InlineData("plug", false)]
    public async Task A_stranger_finds_the_values_of_meters_that_were_found_by_their_load(string profile, bool code)
    {
        var trial = Clocks.LoadLockTrial.Play(LabProfiles.All[profile], 3, code);
        trial.Relation.Quality.ShouldBe(ClockQuality.Locked);

        var (exit, output) = await Recompute(RecordedSession.From(trial.Session.Entries), results => results);

        output.ShouldContain("values agree");
        exit.ShouldBe(0, output);
    }

    [SkippableFact]
    public async Task A_value_that_the_export_does_not_support_is_found()
    {
        var (exit, output) = await Recompute(RecordedSession.From(Samples.All["momentary power"]()), results => results with
        {
            Metrics = results.Metrics.SetItem("energy_joules", results.Quantity("energy_joules") with { Value = results.Quantity("energy_joules").Value * (1 + 1e-8) }),
        });
        exit.ShouldBe(1);
        output.ShouldContain("s-1 energy_joules: results say");
    }

    [SkippableFact]
    public async Task A_share_of_operators_that_the_export_does_not_support_is_found()
    {
        var (exit, output) = await Recompute(RecordedSession.From(Samples.All["operators of two requests"]()), results => results with
        {
            Operators = results.Operators!.Value.SetItem(1, results.Operators.Value[1] with { ByModule = [results.Operators.Value[1].ByModule[0] with { Share = 0.51 }, .. results.Operators.Value[1].ByModule[1..]] }),
        });
        exit.ShouldBe(1);
        output.ShouldContain("s-1 operators of 1 decode by_module ['blk.0'] share: results say 0.51");
    }

    [SkippableFact]
    public async Task A_key_without_a_known_formula_is_a_failure()
    {
        var (exit, output) = await Recompute(RecordedSession.From(Samples.All["momentary power"]()), results => results with
        {
            Metrics = results.Metrics.Add("invented_joules", new Quantity { Method = "measured", Value = 1 }),
        });
        exit.ShouldBe(1);
        output.ShouldContain("no formula known");
    }

    private async Task<(int Exit, string Output)> Recompute(RecordedSession session, Func<SessionResults, SessionResults> change)
    {
        foreach (var table in SessionExport.Tables(session))
        {
            var file = Path.Combine(folder.FullName, session.Header!.Session.Value, table.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllLinesAsync(file, table.Lines);
        }
        var results = Path.Combine(folder.FullName, "results.json");
        await File.WriteAllTextAsync(results, $"{{\"sessions\":[{JsonSerializer.Serialize(ResultsJson.Element(change(SessionAnalysis.Analyse(session))))}]}}");
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", [Script(), folder.FullName, results]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (output, error) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
            await python.WaitForExitAsync();
            return (python.ExitCode, await output + await error);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new SkipException("python3 is not installed");
        }
    }

    private static string Script()
    {
        var place = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(place.FullName, "tests", "recompute.py"))) place = place.Parent!;
        return Path.Combine(place.FullName, "tests", "recompute.py");
    }
}
