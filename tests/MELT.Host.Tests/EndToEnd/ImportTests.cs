using System.Diagnostics;
using MELT.Host.Reports;
using MELT.Host.Tests.Reports;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>Records made elsewhere, from their files to results that can be replayed.</summary>
[Collection(WordsTests.Name)]
public sealed class ImportTests(Workshop workshop)
{
    [Fact]
    public async Task A_record_is_imported_listed_shown_reported_and_replayed_to_the_same_hash()
    {
        var place = workshop.NewPlace();
        SomeRecord.Write(Path.Combine(place.Folder, "records", "one"));

        var imported = (await Melt.RunAsync(place, "import", "records", "--json")).ShouldBeDone().Json[0];
        imported.Text("status").ShouldBe("imported");
        imported.Text("format").ShouldBe("mlperf-power");
        var experiment = imported.Text("experiment");
        (await Melt.RunAsync(place, "list")).ShouldBeDone().Output.ShouldContain("one run_1");

        var shown = (await Melt.RunAsync(place, "show", experiment, "--json")).ShouldBeDone();
        var session = shown.Json.GetProperty("sessions")[0];
        session.GetProperty("flags")[0].GetString().ShouldBe("imported");
        session.At("metrics", "mean_power_watts", "value").GetDouble().ShouldBeInRange(20.9, 21.1);
        (await Melt.RunAsync(place, "show", experiment)).ShouldBeDone().Output.ShouldContain("IMPORTED: the recording was made elsewhere.");

        (await Melt.RunAsync(place, "report", experiment)).ShouldBeDone();
        var replay = (await Melt.RunAsync(place, "replay", experiment, "--json")).ShouldBeDone();
        replay.Json.Sha256().ShouldBe(shown.Json.Sha256());
        replay.Error.ShouldContain("the same as in its report");
    }

    [Fact]
    public async Task The_same_content_is_imported_once_wherever_it_lies()
    {
        var place = workshop.NewPlace();
        (await Melt.RunAsync(place, "import", SomeRecord.Write(Path.Combine(place.Folder, "one")))).ShouldBeDone();

        var again = (await Melt.RunAsync(place, "import", SomeRecord.Write(Path.Combine(place.Folder, "copy")), "one", "--json")).ShouldBeDone().Json;

        again.GetArrayLength().ShouldBe(1);
        again[0].Text("status").ShouldBe("already there");
        (await Melt.RunAsync(place, "list", "--json")).ShouldBeDone().Json.GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_wrong_file_is_named_and_nothing_is_imported_not_even_the_record_beside_it()
    {
        var place = workshop.NewPlace();
        SomeRecord.Write(Path.Combine(place.Folder, "records", "a"));
        File.AppendAllText(Path.Combine(SomeRecord.Write(Path.Combine(place.Folder, "records", "b")), "run_1__spl.txt"), "Time,tomorrow\n");

        (await Melt.RunAsync(place, "import", "records")).ShouldFail(1, Path.Combine("b", "run_1__spl.txt"), "line 41", "expected");

        Directory.Exists(place.Data).ShouldBeFalse();
    }

    [Fact]
    public async Task A_run_that_never_got_as_far_as_a_prompt_is_named_and_the_record_beside_it_imported()
    {
        var place = workshop.NewPlace();
        SomeRecord.Write(Path.Combine(place.Folder, "records", "whole"));
        var run = Path.Combine(place.Folder, "records", "Pixel_6a", "MLCChat", "model", "run_cs512_mgl32");
        Directory.CreateDirectory(Path.Combine(run, "melt_measurements"));
        File.WriteAllText(Path.Combine(run, "measurements_monsoon.csv"), "");

        var rows = (await Melt.RunAsync(place, "import", "records", "--json")).ShouldBeDone().Json;
        rows.EnumerateArray().Select(row => row.Text("status")).ShouldBe(["imported", "nothing to read"]);
        rows[1].Text("name").ShouldBe(Path.GetRelativePath(Path.Combine(place.Folder, "records"), run));
        rows[1].At("rejected")[0].Text("wrong").ShouldContain("no conversation");
        (await Melt.RunAsync(place, "import", "records", Path.Combine("records", "Pixel_6a"))).ShouldBeDone().Output.Split("no conversation in it can be read").Length.ShouldBe(2, "it is named once");
        (await Melt.RunAsync(place, "import", run)).ShouldFail(1, run, "no conversation", "at least one conversation with a prompt");
    }

    [Fact]
    public async Task A_dry_run_reads_and_stores_nothing()
    {
        var place = workshop.NewPlace();
        (await Melt.RunAsync(place, "import", SomeRecord.Write(Path.Combine(place.Folder, "one")), "--dry-run")).ShouldBeDone().Output.ShouldContain("not stored");
        Directory.Exists(place.Data).ShouldBeFalse();
    }

    [Fact]
    public async Task Where_there_is_no_record_it_says_what_makes_one()
    {
        var place = workshop.NewPlace();
        Directory.CreateDirectory(Path.Combine(place.Folder, "empty"));
        (await Melt.RunAsync(place, "import", "empty")).ShouldFail(1, "empty", "trace1-energy.bin", "gpudata.csv", "power__client.json");
        (await Melt.RunAsync(place, "import", "nowhere")).ShouldFail(1, "nowhere", "no such folder");
    }

    [Fact]
    public async Task MLPerfs_own_mean_stands_beside_ours_when_asked_for()
    {
        var place = workshop.NewPlace();
        (await Melt.RunAsync(place, "import", SomeRecord.Write(Path.Combine(place.Folder, "one")))).ShouldBeDone();
        var plain = (await Melt.RunAsync(place, "show", "last", "--json")).ShouldBeDone();

        var asked = (await Melt.RunAsync(place, "show", "last", "--json", "--dialect", "mlperf")).ShouldBeDone();

        JsonSchema.Parse(ResultsSchema.Text).Faults(asked.Output).ShouldBeEmpty();
        var value = asked.Json.GetProperty("dialects")[0].GetProperty("values")[0];
        value.GetProperty("mean_power_watts").GetDouble().ShouldBe(Enumerable.Range(10, 20).Average(i => 20.0 + i % 3), 1e-12);
        value.GetProperty("samples").GetInt32().ShouldBe(20);
        asked.Json.Sha256().ShouldBe(plain.Json.Sha256());
        plain.Json.TryGetProperty("dialects", out _).ShouldBeFalse();
        (await Melt.RunAsync(place, "show", "last", "--dialect", "mlperf")).ShouldBeDone().Output.ShouldContain("W over 20.000 s");
    }

    [Fact]
    public async Task An_imported_experiment_has_no_plan_to_run_again()
    {
        var place = workshop.NewPlace();
        (await Melt.RunAsync(place, "import", SomeRecord.Write(Path.Combine(place.Folder, "one")))).ShouldBeDone();
        (await Melt.RunAsync(place, "show", "last", "--plan")).ShouldFail(1, "imported");
    }

    [SkippableTheory, InlineData("mlperf-power", ""), InlineData("mlperf-tiny*", "NUCLEO_L4R5ZI_kws"), InlineData("gpu-with-meter", "A100_periodic")]
    public async Task An_independent_script_computes_every_value_of_a_real_record_again(string kind, string record)
    {
        Tool.Need("python3", "apt-get install python3");
        var place = workshop.NewPlace();
        var folder = Path.Combine(SomeRecord.Shared(kind), record);
        Skip.IfNot(Directory.Exists(folder), $"there is no {folder}");
        var experiment = (await Melt.RunAsync(place, "import", folder, "--json")).ShouldBeDone().Json[0].Text("experiment");
        (await Melt.RunAsync(place, "export", experiment, "export")).ShouldBeDone();
        var results = place.Write("results.json", (await Melt.RunAsync(place, "show", experiment, "--json")).ShouldBeDone().Output);

        var script = await Melt.RunAsync(place, new ProcessStartInfo("python3", [Path.Combine(Repository.Folder, "tests", "recompute.py"), "export", results]));

        script.ShouldBeDone().Output.ShouldMatch(@"(\d+) of \1 values agree");
    }
}
