using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Import;
using MELT.Sensors.Tests.Analysis;

namespace MELT.Sensors.Tests.Import;

public sealed class ImportFormatsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("melt-import-");

    public void Dispose() => folder.Delete(recursive: true);

    private string At(string name) => Path.Combine(folder.FullName, name);

    [Fact]
    public void A_record_is_known_by_its_files_and_not_by_its_name()
    {
        foreach (var (format, i) in SomeRecords.Formats.Select((f, i) => (f, i)))
            ImportFormats.Read(SomeRecords.Write(format, At($"x{i}"))).ShouldAllBe(r => r.Format == format);
    }

    [Fact]
    public void Records_below_a_folder_are_found_in_order()
    {
        SomeRecords.Write("mlperf-power", At("c/3"));
        SomeRecords.Write("gpu-with-meter", At("b/2"));
        SomeRecords.Write("mlperf-tiny", At("a/deep/1"));
        Directory.CreateDirectory(At("empty"));
        ImportFormats.Read(folder.FullName).Select(r => r.Name).ShouldBe(["1", "2", "3 run_1"]);
    }

    [Fact]
    public void Links_back_to_a_folder_above_are_passed_over_and_others_followed()
    {
        SomeRecords.Write("mlperf-tiny", At("lab/a/1"));
        SomeRecords.Write("mlperf-tiny", At("la/2"));
        Directory.CreateSymbolicLink(At("lab/b"), At("la"));
        foreach (var back in (string[])["lab/a/up", "lab/a/again", "lab/a/here"]) Directory.CreateSymbolicLink(At(back), back == "lab/a/here" ? "." : "..");
        ImportFormats.Find(At("lab")).ShouldBe([At("lab/a/1"), At("lab/b/2")]);
    }

    [SkippableFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_folder_that_may_not_be_opened_is_named_and_the_others_are_read()
    {
        Skip.If(Environment.IsPrivilegedProcess, "root may open every folder");
        SomeRecords.Write("mlperf-tiny", At("a"));
        Directory.CreateDirectory(At("lost+found"), UnixFileMode.None);
        var unread = new List<UnreadRecord>();
        ImportFormats.Read(folder.FullName, unread: unread).ShouldHaveSingleItem().Name.ShouldBe("a");
        unread.ShouldHaveSingleItem().Why.Message.ShouldContain("lost+found: this user may not open it");
        Should.Throw<ImportException>(() => ImportFormats.Read(folder.FullName)).File.ShouldBe(At("lost+found"));
        Directory.Delete(At("lost+found"));
    }

    [Fact]
    public void A_folder_without_records_says_which_files_make_one()
    {
        var wrong = Should.Throw<ImportException>(() => ImportFormats.Read(folder.FullName));
        wrong.Message.ShouldContain(folder.FullName);
        wrong.Message.ShouldContain("trace1-energy.bin");
        Should.Throw<ImportException>(() => ImportFormats.Read(At("nowhere"))).Message.ShouldContain("no such folder");
        Should.Throw<ImportException>(() => ImportFormats.Read(folder.FullName, "nonsense")).Message.ShouldContain("mlperf-power");
    }

    [Fact]
    public void The_same_content_has_the_same_name_wherever_it_lies_and_other_content_another()
    {
        foreach (var format in SomeRecords.Formats)
        {
            var first = ImportFormats.Read(SomeRecords.Write(format, At($"{format}/first"))).Single();
            var again = ImportFormats.Read(SomeRecords.Write(format, At($"{format}/again"))).Single();
            again.Sha256.ShouldBe(first.Sha256);
            again.Header.Session.ShouldBe(first.Header.Session);
            var file = Directory.GetFiles(At($"{format}/again")).First(f => !f.EndsWith(".json", StringComparison.Ordinal) && !f.EndsWith(".bin", StringComparison.Ordinal) && !f.EndsWith("_ts.txt", StringComparison.Ordinal));
            File.AppendAllText(file, "\n");
            ImportFormats.Read(At($"{format}/again")).Single().Sha256.ShouldNotBe(first.Sha256);
        }
    }

    [Fact]
    public void Every_record_is_one_finished_command_that_is_flagged_imported()
    {
        foreach (var format in SomeRecords.Formats)
        {
            var results = SessionAnalysis.Analyse(RecordedSession.From(ImportFormats.Read(SomeRecords.Write(format, At(format))).Single().Entries));
            results.Flags.ShouldBe(["imported"]);
            results.Status.ShouldBe("complete");
            results.Quantity("energy_joules").Value.ShouldNotBeNull(format);
        }
    }

    [Fact]
    public void What_nvidia_smi_could_not_read_is_no_reading_and_the_rest_is()
    {
        var smi = RecordedSession.From(ImportFormats.Read(SomeRecords.Write("gpu-with-meter", At("gpu"))).Single().Entries).Meters["gpu/nvidia-smi"].Blocks.Values.Single();
        Enumerable.Range(0, 8).Select(i => smi.Column("power_draw_instant")![i]).ShouldBe([60.25, 60.25, 60.25, double.NaN, 60.25, 60.25, 60.25, 60.25]);
        smi.Column("power_draw")!.Grid.IsRaw.ShouldBeFalse();
        smi.Column("utilization_gpu")![5].ShouldBe(0.05);
        smi.Column("clocks_current_sm")![0].ShouldBe(1_410_000_000);
    }

    [Fact]
    public void Currents_of_a_pair_that_is_not_plugged_may_be_negative()
    {
        var pmd = RecordedSession.From(ImportFormats.Read(SomeRecords.Write("gpu-with-meter", At("gpu"))).Single().Entries).Meters["gpu/pmd"].Blocks.Values.Single();
        pmd.Column("i_pcie1")![0].ShouldBe(-0.0488);
        pmd.Column("v_eps1")![0].ShouldBe(12.0);
        pmd.Column("v_eps2")![0].ShouldBe(12.1088);
    }

    [Fact]
    public void A_trace_off_the_grid_of_hundredths_is_added_up_on_a_finer_one()
    {
        var place = SomeRecords.Write("mlperf-tiny", At("tiny"));
        var trace = File.ReadAllBytes(Path.Combine(place, "trace1-energy.bin"));
        System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(trace.AsSpan(5), 50.0625f);
        File.WriteAllBytes(Path.Combine(place, "trace1-energy.bin"), trace);
        var counter = ImportFormats.Read(place).Single().Entries.OfType<RecordingEntry.Block>().Single().Samples.Columns.Single();
        counter.Grid.ShouldBe(new(1, -10));
        counter.Integers[1].ShouldBe(500_625);
    }
}
