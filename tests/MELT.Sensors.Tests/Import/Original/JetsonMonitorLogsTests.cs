using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Import;

namespace MELT.Sensors.Tests.Import.Original;

/// <summary>Logs of jetson-monitor that belong to no run.</summary>
public sealed class JetsonMonitorLogsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("melt-monitor-");

    public void Dispose() => folder.Delete(recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private static SessionResults Results(ImportedRecording read) => SessionAnalysis.Analyse(RecordedSession.From(read.Entries));

    private static double Value(SessionResults results, string boundary, string key)
    {
        var quantity = (Quantity)results.Energy[boundary].Metrics[key];
        quantity.Value.ShouldNotBeNull($"{quantity.Reason}");
        return quantity.Value.Value;
    }

    [Fact]
    public void A_log_beside_no_run_is_a_session_of_meters_that_says_so()
    {
        Write("energy_iter0.log", SomeJetson.Log(20));
        var read = ImportFormats.Read(folder.FullName).ShouldHaveSingleItem();
        (read.Format, read.Header.Device.Value).ShouldBe(("jetson-monitor", "orin_nano"));
        read.Rejected.ShouldBeEmpty();
        var results = Results(read);
        results.Flags.ShouldBe(["imported"]);
        results.Status.ShouldBe("complete");
        results.Warnings.ShouldContain(w => w.Code == "meters-only");
        results.Model.ShouldBeNull();
        results.Energy.Keys.ShouldBe(["board", "rail"]);
        Value(results, "board", "energy_joules").ShouldBe(20 * 5.005, 1e-9);
        Value(results, "rail", "energy_joules").ShouldBe(20 * 10.01, 1e-9);
        results.Phases.Select(p => p.Name).ShouldBe(["recorded"]);
    }

    [Fact]
    public void The_rails_say_which_board_it_was()
    {
        var read = ImportFormats.Read(Write("agx.log", SomeJetson.Log(5, "VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"))).ShouldHaveSingleItem();
        read.Header.Device.Value.ShouldBe("orin_agx");
        Results(read).Energy.Keys.ShouldBe(["rail"]);
        ImportFormats.Read(Write("other.log", SomeJetson.Log(5, "POM_5V"))).ShouldHaveSingleItem().Header.Device.Value.ShouldBe("jetson");
    }

    [Fact]
    public void It_is_found_beside_runs_and_is_the_same_session_by_whatever_name()
    {
        SomeRun.Terminal(folder.FullName, "hello");
        var path = Write("monitor.log", SomeJetson.Log(5));
        Write("notes.log", "what I did today\n");
        var all = ImportFormats.Read(folder.FullName);
        all.Select(r => r.Format).ShouldBe(["jetson-monitor", "melt-original"]);
        File.Move(path, Path.Combine(folder.FullName, "Pixel_6a", "moved.log"));
        ImportFormats.Read(folder.FullName).Select(r => r.Header.Session).ShouldBe(all.Select(r => r.Header.Session));
    }

    [Fact]
    public void Lines_that_are_no_readings_are_named_and_a_log_without_two_ticks_is_refused()
    {
        var read = ImportFormats.Read(Write("energy_iter0.log", SomeJetson.Log(5) + "Traceback (most recent call last):\n1707200099000000000 current_VDD")).ShouldHaveSingleItem();
        read.Rejected.Length.ShouldBe(2);
        Results(read).Warnings.ShouldContain(w => w.Code == "record-incomplete" && w.Text.Contains("and 1 more"));
        Should.Throw<ImportException>(() => ImportFormats.Read(Write("short.log", "1\n2\n1707200000000000000 CPU-therm: 42000 mC\n"))).Message.ShouldContain("two ticks");
    }

    [Theory]
    [InlineData("100 progress: 5 percent\n101 progress: 6 percent\n")]
    [InlineData("1707200000 current_VDD_IN: 5 mA\n1707200001 current_VDD_IN: 6 mA\n")]
    [InlineData("1707200000000000000 jobs: 5 percent\n1707200001000000000 jobs: 6 percent\n")]
    public void A_log_of_something_else_is_no_recording(string text)
    {
        Write("build.log", text);
        ImportFormats.Find(folder.FullName).ShouldBeEmpty();
    }

    [Fact]
    public void A_log_without_a_rail_that_has_both_current_and_voltage_is_refused_by_name()
    {
        var path = Write("power.log", "1707200000000000000 power_VDD_IN: 5000 mW\n1707200001000000000 power_VDD_IN: 5000 mW\n");
        Should.Throw<ImportException>(() => ImportFormats.Read(path)).Message.ShouldContain("no rail has both");
    }

    [Fact]
    public void A_log_beside_one_of_operators_is_found_as_well()
    {
        Write("energy_iter0.log", SomeJetson.Log(5));
        Write("operators.log", "Report from function decode:\n{\"calls\":[{\"Count\":{\"count\":1},\"Device\":{\"string\":\"cpu0\"},\"Duration (us)\":{\"microseconds\":5},\"Name\":{\"string\":\"add\"}}],\"device_metrics\":{},\"configuration\":{}}\n");
        ImportFormats.Read(folder.FullName).Select(r => r.Format).ShouldBe(["operator-log", "jetson-monitor"]);
    }

    [Fact]
    public void A_log_whose_iteration_has_no_conversation_is_left_out_by_name_and_says_what_to_do()
    {
        var run = SomeJetson.Mlc(folder.FullName, ["one"], [SomeJetson.NoStatistics, SomeJetson.Statistics(0)]);
        File.Copy(Path.Combine(run, "energy_iter0.log"), Path.Combine(run, "energy_iter7.log"));
        var left = ImportFormats.Read(folder.FullName).ShouldHaveSingleItem().Rejected.ShouldHaveSingleItem();
        left.File.ShouldBe("energy_iter7.log");
        left.Expected.ShouldContain("melt import");
        ImportFormats.Read(Path.Combine(run, "energy_iter7.log")).ShouldHaveSingleItem().Format.ShouldBe("jetson-monitor");
    }

    [SkippableFact]
    public void The_originals_own_log_is_five_ticks_of_an_Orin_Nano()
    {
        var read = ImportFormats.Read(Path.Combine(SharedRecords.Folder("melt-original"), "jetson-monitor_dummy_orin_nano_5ticks.log")).ShouldHaveSingleItem();
        read.Entries.OfType<RecordingEntry.Block>().Select(b => b.Samples.Count).ShouldBe([5, 5]);
        read.Entries.OfType<RecordingEntry.Described>().Last().Description.Channels.Length.ShouldBe(6);
        ((Quantity)Results(read).Energy["board"].Metrics["energy_joules"]).Reason!.Code.ShouldBe("sensor-never-moved", "its dummy files do not change");
    }
}
