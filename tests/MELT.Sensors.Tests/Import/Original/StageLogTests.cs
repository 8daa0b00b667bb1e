using System.Globalization;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Import;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Import.Original;

/// <summary>Stages of a run and the bytes in them, as the controller logged them.</summary>
public sealed class StageLogTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("melt-stages-");

    public void Dispose() => folder.Delete(recursive: true);

    private ImportedRecording Read(string name, string text)
    {
        var run = SomeRun.Terminal(folder.FullName, "hello");
        File.WriteAllText(Path.Combine(run, name), text);
        return ImportFormats.Read(run).ShouldHaveSingleItem();
    }

    private static string Row(string stage, double from, double to, string bytes) => string.Create(CultureInfo.InvariantCulture, $"{stage},{SomeRun.Begin + from},{SomeRun.Begin + to},{to - from},{bytes}\n");

    private static string Table => "stage,time_start,time_end,duration,rx,tx\n" + Row("Setup", 0, 4, "10,20") + Row("Run_0", 4.5, 14, "30,40") + Row("Experiment", 4.25, 16.5, "50,60") + Row("Cleanup", 17, 18, ",");

    private static (RecordedMeter Meter, SampleBlock Block) Stages(ImportedRecording read) =>
        RecordedSession.From(read.Entries).Meters["Pixel_6a/stages"] is var meter ? (meter, meter.Blocks.Values.Single()) : default;

    private static double[] Values(SampleBlock block, string channel) => [.. Enumerable.Range(0, block.Count).Select(i => block.Column(channel)![i])];

    [Fact]
    public void Each_stage_is_a_reading_at_its_end_with_its_length_and_bytes()
    {
        var read = Read("measurements_ts.csv", Table);
        read.Rejected.ShouldBeEmpty();
        var (meter, block) = Stages(read);
        meter.Description!.ClockDomain!.ShouldStartWith("controller-");
        block.Stamps.Select(s => s / 1e9 - SomeRun.Begin).ShouldBe([4, 14, 16.5, 18]);
        Values(block, "stage").ShouldBe([0, 1, 2, 3]);
        Values(block, "lasted").ShouldBe([4, 9.5, 12.25, 1]);
        Values(block, "received").ShouldBe([10, 30, 50, double.NaN]);
        Values(block, "sent").ShouldBe([20, 40, 60, double.NaN]);
        SessionAnalysis.Analyse(RecordedSession.From(read.Entries)).Meters.ShouldContain(m => m.Meter == "Pixel_6a/stages");
    }

    [Fact]
    public void The_later_form_is_the_same_stages_and_its_other_metrics_are_named()
    {
        string Member(string stage, double from, double to, int rx, int tx) => string.Create(CultureInfo.InvariantCulture,
            $"\"{stage}\": {{\"battery_diff\": -1, \"duration\": {to - from}, \"rx_diff\": {rx}, \"rx_end\": {1000 + rx}, \"rx_start\": 1000, \"time_end\": {SomeRun.Begin + to}, \"time_start\": {SomeRun.Begin + from}, \"tx_diff\": {tx}}}");
        var read = Read("measurements_ts.json", $"{{{Member("Experiment", 4.25, 16.5, 50, 60)}, {Member("Run_0", 4.5, 14, 30, 40)}, {Member("Setup", 0, 4, 10, 20)}, \"Cleanup\": 7}}");
        var (_, block) = Stages(read);
        Values(block, "stage").ShouldBe([0, 1, 2]);
        Values(block, "received").ShouldBe([10, 30, 50]);
        Values(block, "sent").ShouldBe([20, 40, 60]);
        read.Rejected.Select(r => r.Place).ShouldBe(["Cleanup", null]);
        read.Rejected[1].Wrong.ShouldBe("metric \"battery\"");
        Read("measurements_ts.json", "{\"Setup\": {").Rejected.ShouldHaveSingleItem().File.ShouldBe("measurements_ts.json");
    }

    [Fact]
    public void A_stage_stands_with_the_last_session_in_it_and_a_line_that_is_none_is_named()
    {
        var run = SomeJetson.Mlc(folder.FullName, ["one"], [SomeJetson.NoStatistics, SomeJetson.Statistics(0)]);
        foreach (var file in Directory.GetFiles(Path.Combine(run, "melt_measurements"), "*iter0*"))
            File.WriteAllText(file.Replace("iter0", "iter1", StringComparison.Ordinal), File.ReadAllText(file).Replace("17072000", "17072001", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(run, "measurements_ts.csv"), "stage,time_start,time_end,duration,rx,tx\nRun_0,1707200001,1707200050,49,1,2\nRun_1,1707200101,1707200150,49,3,4\nExperiment,1707200000,1707200160,160,5,6\nRun_2,1707200150,1707200140,1,1,1\n");
        var read = ImportFormats.Read(run);
        read.Select(r => Values(RecordedSession.From(r.Entries).Meters["orin_nano/stages"].Blocks.Values.Single(), "received")).ShouldBe([[1], [3, 5]]);
        read[0].Rejected.ShouldHaveSingleItem().Place.ShouldBe("line 5");
    }
}
