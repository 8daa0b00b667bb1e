using FsCheck;
using FsCheck.Fluent;
using MELT.Devices.Inference;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis.Dialects;
using MELT.Sensors.Import;

namespace MELT.Sensors.Tests.Import.Original;

/// <summary>Runs of the original MELT as they really are: quotes inside quotes, files that stop, events without an end.</summary>
public sealed class BrokenRunTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("melt-original-");

    public void Dispose() => folder.Delete(recursive: true);

    private string At(string name) => Path.Combine(folder.FullName, name);

    [Fact]
    public void Prompts_with_any_quotes_commas_and_new_lines_are_read_as_they_were_typed()
    {
        var letters = Gen.Elements('a', '"', ',', ' ', '\n', '\'', 'ä', '}');
        var texts = letters.ArrayOf().Select(cs => new string(cs)).Where(t => t != "load_model").ArrayOf().Where(ts => ts.Length is > 0 and < 8);
        var number = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(texts.ToArbitrary(), prompts =>
        {
            var read = ImportFormats.Read(SomeRun.Terminal(At($"{number++}"), prompts)).ShouldHaveSingleItem();
            read.PromptTexts.ShouldBe(prompts);
            read.Rejected.ShouldBeEmpty();
        }));
    }

    [Fact]
    public void A_trace_in_Parquet_is_left_out_by_name_and_what_to_do_is_said()
    {
        var run = SomeRun.Terminal(At("parquet"), "hello");
        File.WriteAllBytes(Path.Combine(run, "measurements_monsoon.parquet"), "PAR1"u8.ToArray());
        var left = ImportFormats.Read(run).ShouldHaveSingleItem().Rejected.ShouldHaveSingleItem();
        (left.File, left.Wrong).ShouldBe(("measurements_monsoon.parquet", "Parquet is not read"));
        left.Expected.ShouldContain("measurements_monsoon.csv");
    }

    [Fact]
    public void A_run_in_which_nothing_can_be_read_is_named_and_does_not_keep_the_others_out()
    {
        var (empty, _) = (SomeRun.App(At("never started")), SomeRun.Terminal(At("whole"), "hello"));
        File.WriteAllText(SomeRun.Records(empty), "[]");

        var unread = new List<UnreadRecord>();
        ImportFormats.Read(folder.FullName, unread: unread).ShouldHaveSingleItem().PromptTexts.ShouldBe(["hello"]);
        var left = unread.ShouldHaveSingleItem();
        left.ShouldSatisfyAllConditions(
            () => left.Folder.ShouldBe(empty),
            () => left.Name.ShouldBe(Path.GetRelativePath(folder.FullName, empty)),
            () => left.Why.Wrong.ShouldContain("no conversation"));
        Should.Throw<ImportException>(() => ImportFormats.Read(folder.FullName)).Message.ShouldBe(left.Why.Message, "a record that is asked for as such is wrong");
    }

    [Fact]
    public void A_file_of_records_that_stops_anywhere_gives_the_prompts_that_are_whole()
    {
        var run = SomeRun.App(At("app"));
        var (bytes, all) = (File.ReadAllBytes(SomeRun.Records(run)), ImportFormats.Read(run).Single().PromptTexts);
        all.Length.ShouldBe(6);
        var most = 0;
        for (var length = 0; length < bytes.Length; length += 37)
        {
            File.WriteAllBytes(SomeRun.Records(run), bytes[..length]);
            ImportedRecording read;
            try
            {
                read = ImportFormats.Read(run).Single();
            }
            catch (ImportException none)
            {
                none.Message.ShouldContain("no conversation");
                most.ShouldBe(0, "a longer piece holds no less");
                continue;
            }
            read.PromptTexts.ShouldBe(all.Take(read.PromptTexts.Length));
            read.PromptTexts.Length.ShouldBeGreaterThanOrEqualTo(most);
            most = read.PromptTexts.Length;
            read.Entries.OfType<RecordingEntry.Closed>().Single().Status.ShouldBe("partial");
            read.Rejected.ShouldContain(r => r.Place!.StartsWith("line", StringComparison.Ordinal));
        }
        most.ShouldBe(6);
    }

    [Fact]
    public void Chat_records_and_ISO_times_of_older_files_are_the_same_prompts()
    {
        var (now, old) = (ImportFormats.Read(SomeRun.App(At("now"))).Single(), ImportFormats.Read(SomeRun.App(At("old"), "chatRecords", iso: true)).Single());
        old.PromptTexts.ShouldBe(now.PromptTexts);
        Begun(old).ShouldBe(Begun(now));
    }

    [Fact]
    public void Lines_that_are_no_samples_are_named_and_the_others_stay()
    {
        var run = SomeRun.App(At("app"));
        var trace = Path.Combine(run, "measurements_monsoon.csv");
        var lines = File.ReadAllLines(trace);
        lines[9] = "0.08,nothing,4.0,";
        File.WriteAllText(trace, string.Join('\n', lines) + "\n0.1,25");
        var read = ImportFormats.Read(run).Single();
        read.Rejected.Select(r => $"{r.File} {r.Place}").ShouldBe(["measurements_monsoon.csv line 10", $"measurements_monsoon.csv line {lines.Length + 1}"]);
        read.Entries.OfType<RecordingEntry.Block>().Sum(b => b.Samples.Count).ShouldBe(lines.Length - 1);
    }

    [Fact]
    public void Samples_that_share_a_stamp_are_all_kept_each_at_its_own_moment_and_the_packet_beside_it()
    {
        var block = ImportFormats.Read(SomeRun.App(At("app"))).Single().Entries.OfType<RecordingEntry.Block>().First().Samples;
        block.Stamps.Zip(block.Stamps.Skip(1)).ShouldAllBe(pair => pair.Second > pair.First);
        block.Column("packet")!.Integers.Take(4).ShouldBe([0, 0, 20_000_000, 20_000_000]);
        (block.Stamps[3] - block.Stamps[2]).ShouldBe(10_000_000);
        block.Stamps[3].ShouldBe((long)SomeRun.Begin * 1_000_000_000 + 20_000_000);
        block.Column("current")![1].ShouldBe(0.25);
    }

    [Fact]
    public void Orphans_and_events_that_came_twice_are_named_with_their_line()
    {
        var run = SomeRun.Terminal(At("one"), "hello");
        File.WriteAllText(Path.Combine(run, "melt_measurements", "measurements_iter0_conv0.tsv"), "generate.0.decode.start 1707000010100000000\nmodel_free.end 1707000030000000000\ngenerate.0.decode.start 1707000010200000000\ngenerate.0.decode.end 1707000010700000000\nnonsense\n");
        var read = ImportFormats.Read(run).Single();
        read.Rejected.Select(r => r.Place).ShouldBe(["line 5", "line 1", "line 2"], ignoreOrder: true);
        read.Rejected.ShouldContain(r => r.Wrong.Contains("model_free", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rate_that_is_printed_as_inf_is_no_number_and_the_rest_of_the_prompt_stays()
    {
        var run = SomeRun.Terminal(At("one"), "hello");
        var log = Path.Combine(run, "melt_measurements", "llm_output_iter0_conv0.txt");
        File.WriteAllText(log, File.ReadAllText(log).Replace("20.00 tokens per second", "inf tokens per second", StringComparison.Ordinal));
        var read = ImportFormats.Read(run).Single();
        read.Original!.Prompts.Single().OutputTokens.ShouldBe(9);
        OriginalDialect.Of(RecordedSession.From(read.Entries), read.Original).Figures!.Value.Single(f => f.Field == "prefill_tps").Formula.ShouldBeNull();
    }

    [Fact]
    public void The_same_run_is_the_same_session_wherever_it_lies_and_a_changed_one_is_another()
    {
        var (first, again) = (ImportFormats.Read(SomeRun.App(At("a"))).Single(), ImportFormats.Read(SomeRun.App(At("b"))).Single());
        again.Header.Session.ShouldBe(first.Header.Session);
        File.AppendAllText(Path.Combine(At("b"), "Pixel_6a", "MLCChat", "org_model-q4f16_1", "run_cs512_mgl32", "measurements_monsoon.csv"), "80.0,250.0,4.0,\n");
        ImportFormats.Read(At("b")).Single().Header.Session.ShouldNotBe(first.Header.Session);
    }

    [Fact]
    public void A_run_is_one_experiment_whose_iterations_repeat_each_conversation()
    {
        var measurements = Path.Combine(SomeRun.Terminal(At("run"), "hello"), "melt_measurements");
        foreach (var (name, later) in (ReadOnlySpan<(string, string)>)[("iter0_conv1", "17070001"), ("iter1_conv0", "17070002"), ("iter1_conv1", "17070003")])
            foreach (var file in Directory.GetFiles(measurements, "*iter0_conv0*"))
                File.WriteAllText(file.Replace("iter0_conv0", name, StringComparison.Ordinal), File.ReadAllText(file).Replace("17070000", later, StringComparison.Ordinal));
        var read = ImportFormats.Read(At("run"));
        read.Select(r => r.Header.Experiment).Distinct().ShouldHaveSingleItem();
        read.Select(r => r.Header.Session.Value).ShouldBe(Enumerable.Range(1, 4).Select(i => $"{read[0].Header.Experiment}-0{i}"));
        read.Select(r => (r.Header.Name, r.Header.Repetition)).ShouldBe(
        [
            ("Pixel_6a, LlamaCpp, org_model-q4_k, conv0", 1), ("Pixel_6a, LlamaCpp, org_model-q4_k, conv0", 2),
            ("Pixel_6a, LlamaCpp, org_model-q4_k, conv1", 1), ("Pixel_6a, LlamaCpp, org_model-q4_k, conv1", 2),
        ]);
        read.Select(r => r.Run).Distinct().ShouldBe(["Pixel_6a LlamaCpp org_model-q4_k"]);
        read.Select(r => r.Alone().Header.Experiment).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void What_the_names_of_folders_say_is_taken_where_no_configuration_lies()
    {
        var header = ImportFormats.Read(SomeRun.Terminal(At("one"), "hello")).Single().Header;
        header.DeviceFacts["name"].ShouldBe("Pixel_6a");
        header.Engine.ShouldBe("llama.cpp");
        header.Parameters["max_context_size"].ShouldBe("512");
        header.Parameters["input_token_batching"].ShouldBe("128");
    }

    private static long[] Begun(ImportedRecording read) => [.. read.Entries.OfType<RecordingEntry.Engine>().SelectMany(e => e.Events).OfType<EngineEvent.RequestBegun>().Select(e => e.At.Nanoseconds)];
}
