using MELT.Devices.Inference.Operators;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Import;

namespace MELT.Sensors.Tests.Import;

public sealed class OperatorLogsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("melt-operators-");

    public void Dispose() => folder.Delete(recursive: true);

    private static string Shared(string engine) => Path.Combine(SharedRecords.Folder("llm-logs"), $"dummy_file.{engine}.log");

    private static OperatorLog Read(string engine) => OperatorLog.TryRead($"{engine}.log", File.ReadAllLines(Shared(engine))).ShouldNotBeNull();

    private static ExportTable Table(RecordedSession session, string name) => SessionExport.Tables(session).Single(t => t.Name == name);

    [SkippableFact]
    public void The_log_of_llama_cpp_has_29_graphs_of_32596_operators()
    {
        var log = Read("llamacpp");

        log.Problems.ShouldBeEmpty();
        log.Graphs.Length.ShouldBe(29);
        log.Graphs.Sum(g => g.Rows.Length).ShouldBe(32_596);
        log.Graphs.ShouldAllBe(g => g.Rows.Length == 1124);
        log.Graphs[0].Rows[3].ShouldBe(new("MUL_MAT", "blk.0", null, "4096x2x1", 1, 5_255_000, 18_562_000));
        log.Graphs[0].Rows[^1].Module.ShouldBe("output");
        log.Graphs[5].Rows.Select(r => r.Module).Distinct().Count().ShouldBe(34, "32 layers, input and output");
        log.Facts["build"].ShouldBe("1307 (cb07976)");
    }

    // 225.2 ms and 97.67 % hold for the log's own sums, which count nodes of less than 1 µs as 1 µs, and for all graphs after the first.
    [SkippableFact]
    public void The_graphs_after_the_first_take_225_ms_of_which_matrices_take_97_67_percent()
    {
        var graphs = Read("llamacpp").Graphs;
        var totals = graphs.Skip(1).Select(g => g.Totals).ToArray();
        var all = totals.Sum(t => t.Values.Sum());

        graphs[0].WallSeconds.ShouldBe(0.414653);
        (all / 1e6 / 28).ShouldBe(225.2, 0.05);
        (100.0 * totals.Sum(t => t["MUL_MAT"]) / all).ShouldBe(97.67, 0.005);
        (graphs.Skip(1).Sum(g => g.WallNanoseconds) / 1e6 / 28).ShouldBe(225.1295, 1e-9, "the nodes themselves");
        foreach (var graph in graphs)
            graph.Totals.Values.Sum().ShouldBe(graph.Rows.Sum(r => Math.Max(r.WallNanoseconds, 1_000)));
    }

    [SkippableFact]
    public void The_third_graph_evaluates_three_tokens_and_is_no_decode()
    {
        var graphs = Read("llamacpp").Graphs;
        var decode = graphs.Where(g => g.Phase == "decode").ToArray();

        graphs.Where(g => g.Phase == "prefill").Select(g => (g.Index, g.Tokens)).ShouldBe([(0, 2), (2, 3)]);
        (decode.Sum(g => g.WallNanoseconds) / 1e6 / decode.Length).ShouldBe(212.144, 0.001);
    }

    [SkippableFact]
    public void All_six_reports_of_tvm_are_there()
    {
        var log = Read("mlc");

        log.Problems.ShouldBeEmpty();
        log.Graphs.Select(g => g.Phase).ShouldBe(["decode", "other", "decode", "other", "decode", "other"]);
        log.Graphs.Select(g => g.Rows.Length).ShouldBe([1818, 5, 1818, 5, 1818, 5]);
        log.Graphs.Select(g => g.WallNanoseconds).ShouldBe([599_794_916, 19_113_375, 218_544_750, 1_313_750, 213_262_667, 1_308_375]);
        log.Graphs[0].Rows.Sum(r => r.WallNanoseconds).ShouldBe(546_074_252);
        log.Graphs[1].Rows.Select(r => r.Module).ShouldAllBe(m => m == "softmax_with_temperature");
        log.Graphs[0].Rows.Where(r => r.Device == "cpu0").Count().ShouldBe(650);
        log.Facts["executor"].ShouldBe("VM");
    }

    [SkippableFact]
    public void A_log_becomes_an_imported_session_with_tables_and_no_speed()
    {
        var recording = ImportFormats.Read(Shared("llamacpp")).ShouldHaveSingleItem();
        var session = RecordedSession.From(recording.Entries);
        var results = SessionAnalysis.Analyse(session);
        var operators = Table(session, "operators.csv").Rows.Select(r => r.ToArray()).ToArray();

        recording.Format.ShouldBe("operator-log");
        OperatorShares.Of(session).Select(p => (p.Phase, p.Graphs.Length)).ShouldBe([("prefill", 2), ("decode", 27)]);
        results.Flags.ShouldBe(["imported"]);
        results.Status.ShouldBe("complete");
        results.Phases.ShouldBeEmpty("nobody knows when it was");
        recording.Header.DeviceFacts["operator_rows"].ShouldBe("32596");
        recording.Header.DeviceFacts["after_first_graph"].ShouldBe("28 graphs, 225.2 ms on average, MUL_MAT 97.67 %, by the log's own sums");
        Table(session, "operators.csv").Header.ShouldBe(["session", "request", "phase", "operator", "module", "device", "calls", "wall_s", "cpu_s", "share"]);
        operators.Where(r => r[2] == "decode").Sum(r => double.Parse(r[9], System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(1, 1e-9);
        operators.Sum(r => long.Parse(r[6], System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(32_596);
        Table(session, "operator_graphs.csv").Rows.Count().ShouldBe(29);
    }

    [SkippableFact]
    public void A_folder_of_logs_is_a_session_each_and_a_cut_log_is_partial()
    {
        var lines = File.ReadAllLines(Shared("llamacpp"));
        File.WriteAllLines(Path.Combine(folder.FullName, "cut.log"), lines.Take(3_000));
        File.WriteAllLines(Path.Combine(folder.FullName, "other.log"), lines.Take(300));
        File.Copy(Shared("mlc"), Path.Combine(folder.FullName, "whole.log"));
        var recordings = ImportFormats.Read(folder.FullName);

        recordings.Select(r => r.Name).ShouldBe(["cut.log", "whole.log"]);
        var end = recordings[0].Entries.OfType<RecordingEntry.Closed>().Single();
        end.Status.ShouldBe("partial");
        end.Reason.ShouldBe("cut.log:3000: the log ends before the graph of line 1806 is over: 1124 of its 1124 nodes are there");
        OperatorShares.Of(RecordedSession.From(recordings[0].Entries)).Single().Phase.ShouldBe("prefill");
    }

    [Fact]
    public void A_file_that_tells_of_no_operators_is_refused()
    {
        var file = Path.Combine(folder.FullName, "a.log");
        File.WriteAllText(file, "hello\n");
        Should.Throw<ImportException>(() => ImportFormats.Read(file)).Message.ShouldContain("a per-operator log");
        Should.Throw<ImportException>(() => ImportFormats.Read(file, "operator-log")).Message.ShouldContain("tells of no operators");
        File.WriteAllText(file, "=== GRAPH ===\nn_nodes = 2\n");
        Should.Throw<ImportException>(() => ImportFormats.Read(file)).Message.ShouldContain("a.log:2: the log ends before the graph of line 1 is over");
    }

    [Fact]
    public void A_session_without_profiles_has_no_tables_of_them() =>
        SessionExport.Tables(RecordedSession.Empty).Select(t => t.Name).ShouldNotContain(name => name.StartsWith("operator", StringComparison.Ordinal));
}
