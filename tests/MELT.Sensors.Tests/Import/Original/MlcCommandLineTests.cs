using System.Globalization;
using MELT.Devices.Inference;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Dialects;
using MELT.Sensors.Import;
using MELT.Sensors.Tests.Analysis;

namespace MELT.Sensors.Tests.Import.Original;

/// <summary>MLC's command line on a Jetson: statistics on demand, events that overwrite each other, windows that may end too early.</summary>
public sealed class MlcCommandLineTests : IDisposable
{
    private static readonly string[] Prompts = ["one", "two", "three"];
    private static readonly string[] Answers = [SomeJetson.NoStatistics, SomeJetson.Statistics(0), SomeJetson.Statistics(1), SomeJetson.Statistics(2)];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("melt-mlc-");

    public void Dispose() => folder.Delete(recursive: true);

    private string Run(string[]? answers = null, double window = 3) => SomeJetson.Mlc(folder.FullName, Prompts, answers ?? Answers, window);

    private static EngineEvent[] Events(ImportedRecording read) => [.. read.Entries.OfType<RecordingEntry.Engine>().SelectMany(e => e.Events)];

    private static int?[] Decoded(ImportedRecording read) => [.. Events(read).OfType<EngineEvent.Finished>().OrderBy(f => f.Request).Select(f => f.Counters?.DecodeTokens)];

    private static long At(double seconds) => (long)(seconds * 1000) * 1_000_000;

    [Fact]
    public void Statistics_are_those_of_the_prompt_before_them_through_escapes_and_warnings()
    {
        var read = ImportFormats.Read(Run()).ShouldHaveSingleItem();
        (read.Header.Engine, read.Header.Device.Value, read.Header.Parameters["power_mode"]).ShouldBe(("MLC", "orin_nano", "15w"));
        read.Rejected.ShouldBeEmpty();
        Decoded(read).ShouldBe([9, 18, 27]);
        Events(read).OfType<EngineEvent.Finished>().Select(f => f.Tokens.Generated).ShouldBe([10, 19, 28]);
        read.Original!.Prompts.Select(p => p.DecodeRate).ShouldBe([4.5, 9.0, 13.5]);
    }

    [Fact]
    public void A_warning_between_the_lines_of_statistics_changes_nothing()
    {
        var run = Run();
        var log = Path.Combine(run, "melt_measurements", "llm_output_iter0_conv0.txt");
        File.WriteAllText(log, File.ReadAllText(log).Replace("    \"decode\": {", "WARNING: your terminal doesn't support cursor position requests (CPR).\r\n\u001b[6n    \"decode\": {", StringComparison.Ordinal));
        Decoded(ImportFormats.Read(run).Single()).ShouldBe([9, 18, 27]);
    }

    [Fact]
    public void Statistics_that_cannot_be_read_are_missed_for_their_own_prompt_only()
    {
        Decoded(ImportFormats.Read(Run([SomeJetson.NoStatistics, SomeJetson.Statistics(0), "{\r\n    \"prefill\": {\r\n", SomeJetson.Statistics(2)])).Single()).ShouldBe([9, null, 27]);
        var cut = ImportFormats.Read(Run(Answers[..3])).Single();
        Decoded(cut).ShouldBe([9, 18, null]);
        cut.Rejected.ShouldContain(r => r.Wrong == "2 blocks of timings");
        Decoded(ImportFormats.Read(Run(Answers[1..])).Single()).ShouldBe([9, 18, 27], "asked after prompts only");
        Decoded(ImportFormats.Read(Run(Answers[1..3])).Single()).ShouldBe([9, 18, null], "the same, and cut");
    }

    [Fact]
    public void The_last_prompt_has_its_first_and_its_last_token_and_the_others_their_windows()
    {
        var read = ImportFormats.Read(Run()).Single();
        Events(read).OfType<EngineEvent.RequestBegun>().Select(e => e.At.Nanoseconds).ShouldBe(Enumerable.Range(0, 3).Select(i => At(SomeJetson.Sent(i))));
        Events(read).OfType<EngineEvent.Emitted>().Select(e => (e.Request, e.At.Nanoseconds, e.Tokens)).ShouldBe(
        [
            (0, At(SomeJetson.Sent(0) + 3), 10), (1, At(SomeJetson.Sent(1) + 3), 19),
            (2, At(SomeJetson.Sent(2) + SomeJetson.FirstToken), 1), (2, At(SomeJetson.Sent(2) + SomeJetson.LastToken), 27),
        ]);
        var results = SessionAnalysis.Analyse(RecordedSession.From(read.Entries));
        results.Requests[2].Metrics["ttft_seconds"].ShouldBeOfType<Quantity>().Value!.Value.ShouldBe(SomeJetson.FirstToken, 1e-6);
        results.Quantity("load_seconds").Value!.Value.ShouldBe(8, 1e-6);
        results.Warnings.Count(w => w.Code == "record-incomplete").ShouldBe(3);
    }

    [Fact]
    public void Windows_that_cannot_hold_what_the_engine_did_tell_no_times()
    {
        var read = ImportFormats.Read(Run(window: 0.02)).Single();
        Events(read).OfType<EngineEvent.RequestBegun>().Select(e => (e.Request, e.At.Nanoseconds)).ShouldBe([(2, At(SomeJetson.Sent(2) + 0.25))], "the last one is known by its own events");
        Events(read).OfType<EngineEvent.Emitted>().ShouldAllBe(e => e.Request == 2);
        Decoded(read).ShouldBe([9, 18, 27]);
        var results = SessionAnalysis.Analyse(RecordedSession.From(read.Entries));
        results.Quantity("engine_decode_tokens_per_second").Value!.Value.ShouldBe((9 + 18 + 27) / 6.0, 1e-9);
        results.Requests[0].Metrics["energy_joules"].ShouldBeOfType<Quantity>().Value.ShouldBeNull();
        results.Warnings.ShouldContain(w => w.Text.StartsWith("request 0: windows of this conversation are shorter", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_a_rate_and_a_time_the_one_with_more_digits_tells_how_long_it_took()
    {
        var read = ImportFormats.Read(SomeJetson.Mlc(folder.FullName, ["one"], [SomeJetson.NoStatistics, SomeJetson.Printed("283.4 tok/s", "47 tok", "0.2 s", "2.5 tok/s", "5 tok", "2.019 s")])).Single();
        var counters = Events(read).OfType<EngineEvent.Finished>().Single().Counters!;
        counters.PromptMilliseconds.ShouldBe(47 / 283.4 * 1000, 1e-9);
        counters.DecodeMilliseconds.ShouldBe(2019, 1e-9);
    }

    [Fact]
    public void Numbers_that_the_original_publishes_of_such_a_run_are_explained()
    {
        var run = Run();
        File.WriteAllText(Path.Combine(run, "results_model_inference_measurements.csv"), "iteration,conversation,prompt,duration (sec),original_session_tokens,input_tokens,output_tokens,tps,energy_pt VDD_IN (mWh)\n"
            + string.Concat(Enumerable.Range(0, 3).Select(i => string.Create(CultureInfo.InvariantCulture, $"0,0,{i},3.0,-1,10,{9 * (i + 1)},{4.5 * (i + 1)},0.0\n"))));
        File.WriteAllText(Path.Combine(run, "results_detailed_measurements.csv"), "iteration,conversation,stage,duration (ns),energy VDD_IN (mWh)\n0,0,chat.0.0.prefill,500000000,0.0\n");
        var read = ImportFormats.Read(run).Single();
        var figures = OriginalDialect.Of(RecordedSession.From(read.Entries), read.Original).Figures!.Value.Where(f => f.Theirs is not null).ToArray();
        figures.Length.ShouldBe(3 * 6 + 2);
        figures.Where(f => f.Explained != true).Select(f => $"{f.Row} {f.Field}").ShouldBeEmpty();
        figures.Single(f => f is { Row: "2", Field: "energy_pt VDD_IN (mWh)" }).Defects.ShouldContain("B6");
        figures.Single(f => f is { Row: "1", Field: "output_tokens" }).Defects.ShouldBe(["n-1"]);
        figures.Single(f => f is { Row: "1", Field: "tps" }).Ours.ShouldBe(9.0);
    }
}
