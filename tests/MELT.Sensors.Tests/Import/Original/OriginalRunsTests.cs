using MELT.Devices.Inference;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Dialects;
using MELT.Sensors.Import;
using MELT.Sensors.Import.Original;
using MELT.Sensors.Tests.Analysis;

namespace MELT.Sensors.Tests.Import.Original;

/// <summary>The four run folders in the original's format. Expected values are written here by hand, from the files.</summary>
public sealed class OriginalRunsTests
{
    private const string LlamaCpp = "LlamaCpp", Mlc = "MLCChat", Farm = "LLMFarmEval";

    private static ImportedRecording Read(string device, string app) =>
        ImportFormats.Read(Path.Combine(SharedRecords.Record("melt-original", "runs-synthetic"), device, app)).ShouldHaveSingleItem();

    private static EngineEvent[] Events(ImportedRecording read) => [.. read.Entries.OfType<RecordingEntry.Engine>().SelectMany(e => e.Events)];

    private static ComparedFigure[] Figures(ImportedRecording read) => [.. OriginalDialect.Of(RecordedSession.From(read.Entries), read.Original).Figures!.Value];

    [SkippableFact]
    public void Every_published_number_of_the_four_folders_is_explained()
    {
        var all = ImportFormats.Read(SharedRecords.Record("melt-original", "runs-synthetic"));
        all.Select(r => r.Header.Device.Value).ShouldBe(["Galaxy-S23", "Galaxy-S23", "iPhone-14-Pro", "orin_nano"]);
        all.ShouldAllBe(r => r.Header.Flags.Contains("imported") && r.Rejected.IsEmpty);
        var published = all.SelectMany(Figures).Where(f => f.Theirs is not null).ToArray();
        published.Length.ShouldBe(19 + 103 + 19);
        published.ShouldAllBe(f => f.Explained == true);
        published.Where(f => f.Ours is { } ours && f.Steps.IsEmpty && ours != f.Theirs).ShouldBeEmpty("what has no step between the two is the same");
    }

    [SkippableTheory]
    [InlineData("Galaxy_S23", LlamaCpp, "load", "energy (mWh)", 3.775533720651361)]
    [InlineData("Galaxy_S23", LlamaCpp, "0", "energy_pt (mWh)", 0.6371517437328729)]
    [InlineData("Galaxy_S23", LlamaCpp, "1", "discharge_pt (mAh)", 0.13277302675313118)]
    [InlineData("Galaxy_S23", Mlc, "load", "discharge (mAh)", 0.8281170624250628)]
    [InlineData("Galaxy_S23", Mlc, "1", "energy_pt (mWh)", 0.5793422542039706)]
    [InlineData("Galaxy_S23", Mlc, "generate.decode.15", "energy (mWh)", 0.21172617198683347)]
    [InlineData("iPhone_14_Pro", Farm, "load", "energy (mWh)", 4.501819292458095)]
    [InlineData("iPhone_14_Pro", Farm, "1", "energy_pt (mWh)", 0.6909132622705356)]
    public void The_originals_formula_gives_the_originals_number_again(string device, string app, string row, string field, double theirs)
    {
        var figure = Figures(Read(device, app)).Single(f => f.Row == row && f.Field == field);
        figure.Theirs.ShouldBe(theirs);
        figure.Formula!.Value.ShouldBe(theirs, 1e-12);
        figure.Ours.ShouldNotBeNull(figure.Reason?.Text);
        (figure.Formula.Value + figure.Steps.Sum(s => s.Change)).ShouldBe(figure.Ours!.Value, 1e-12);
        // A window of 138 ms holds three packets of 40 ms, of which the original weighs one or two.
        Math.Abs(figure.Ours.Value / theirs - 1).ShouldBeLessThan(row switch { "load" when app == LlamaCpp => 0.5, "generate.decode.15" => 0.2, _ => 0.15 });
    }

    [SkippableFact]
    public void A_published_number_that_the_formula_does_not_give_is_not_explained()
    {
        var read = Read("Galaxy_S23", Mlc);
        var wrong = read.Original! with { Figures = [.. read.Original.Figures.Select(f => f with { Value = f.Value * 1.001 })] };
        OriginalDialect.Of(RecordedSession.From(read.Entries), wrong).Figures!.Value.Where(f => f.Theirs is not null and not 0).ShouldAllBe(f => f.Explained == false);
    }

    [SkippableFact]
    public void Tokens_of_llama_cpp_are_its_evaluations_and_one_more_and_its_load_is_without_the_sleep()
    {
        var figures = Figures(Read("Galaxy_S23", LlamaCpp));
        var tokens = figures.Single(f => f is { Row: "0", Field: "output_tokens" });
        (tokens.Theirs, tokens.Ours).ShouldBe((9, 10));
        tokens.Defects.ShouldBe(["n-1"]);
        var load = figures.Single(f => f is { Row: "load", Field: "duration (sec)" });
        load.Theirs.ShouldBe(8.05);
        load.Ours!.Value.ShouldBe(2.7, 1e-6);
        load.Defects.ShouldBe(["B15"]);
    }

    [SkippableFact]
    public void Instants_of_a_prompt_of_llama_cpp_come_from_its_own_events()
    {
        var events = Events(Read("Galaxy_S23", LlamaCpp));
        events.OfType<EngineEvent.LoadBegun>().Single().At.Nanoseconds.ShouldBe(1707149320800000191);
        events.OfType<EngineEvent.RequestBegun>().Select(e => e.At.Nanoseconds).ShouldBe([1707149333705000522, 1707149345905000566]);
        var ended = events.OfType<EngineEvent.PromptEnded>().First();
        (ended.At.Nanoseconds, ended.Prompt).ShouldBe((1707149334810000113, 12));
        events.OfType<EngineEvent.Emitted>().Count(e => e.Request == 0).ShouldBe(10);
        events.OfType<EngineEvent.Emitted>().Last(e => e.Request == 1).At.Nanoseconds.ShouldBe(1707149348129999616);
        events.OfType<EngineEvent.Finished>().First().Counters.ShouldBe(new(1100, 12, 1080, 9));
    }

    [SkippableFact]
    public void A_prompt_with_quotes_is_read_as_it_was_typed() =>
        Read("Galaxy_S23", LlamaCpp).PromptTexts.ShouldBe(["Say \"hi\" to me,\nplease", "What's good lucky number for today?"]);

    [SkippableFact]
    public void A_phone_whose_clock_nobody_related_to_the_meter_is_found_in_the_power()
    {
        foreach (var (device, app) in (ReadOnlySpan<(string, string)>)[("Galaxy_S23", LlamaCpp), ("Galaxy_S23", Mlc), ("iPhone_14_Pro", Farm)])
        {
            var results = SessionAnalysis.Analyse(RecordedSession.From(Read(device, app).Entries));
            results.Meters.Single(m => m.Meter.EndsWith("/monsoon", StringComparison.Ordinal)).Clock.Quality.ShouldBe("locked", $"{device} {app}");
            results.Quantity("energy_per_output_token_joules").Value!.Value.ShouldBeInRange(1.5, 3.5);
        }
    }

    [SkippableFact]
    public void A_Jetsons_rails_are_its_boundaries_and_what_overwrote_itself_is_said()
    {
        var read = Read("jetson", "orin_nano");
        var results = SessionAnalysis.Analyse(RecordedSession.From(read.Entries));
        results.Energy.Keys.ShouldBe(["board", "rail"]);
        results.Energy["rail"].Sensors.Length.ShouldBe(2);
        results.Warnings.ShouldContain(w => w.Code == "record-incomplete");
        results.Quantity("load_seconds").Value!.Value.ShouldBe(2.9, 1e-9);
        results.Tokens.Generated.ShouldBe(11);
        Events(read).OfType<EngineEvent.Emitted>().Select(e => e.Tokens).ShouldBe([1, 10]);
        read.Entries.OfType<RecordingEntry.Described>().SelectMany(d => d.Description.Channels).Where(c => c.Quantity == "temperature").Select(c => c.Name).ShouldBe(["CPU-therm", "GPU-therm", "tj-therm"]);
        Figures(read).Single(f => f is { Row: "0", Field: "energy_pt VDD_IN (mWh)" }).Formula!.Value.ShouldBeGreaterThan(0);
    }

    [SkippableFact]
    public void What_lies_beside_the_runs_is_known_of_them()
    {
        var folder = SharedRecords.Folder("melt-original");
        var around = OriginalSurroundings.Find(folder);
        var known = around.Complete(Read("Galaxy_S23", Mlc)).Header;
        known.Session.ShouldBe(Read("Galaxy_S23", Mlc).Header.Session);
        known.DeviceFacts["battery_capacity"].ShouldBe("3785");
        known.DeviceFacts["monsoon.gpio_pin"].ShouldBe("23");
        known.DeviceFacts.Keys.ShouldNotContain("ip");
        known.Parameters["model_config.generation.vocab_size"].ShouldBe("50304");
        known.Parameters["model_config.prompt.in_suffix"].ShouldBe("\"<|endoftext|>\\n<|assistant|>\"");
        known.Parameters["prompt_0"].ShouldBe("conversations.json[0][0]");
        around.Read.Single(p => p.File == "conversations.json").Items.ShouldBe(404);
    }
}
