using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>The ways to say what is to be run, and to look at it afterwards.</summary>
[Collection(EndToEndTests.Name)]
public sealed class RunTests(Workshop workshop)
{
    private const string Model = "synthetic:tiny:q4_0";
    private static readonly string[] Short = ["--baseline", "0.2", "--cool-down", "0.1"];

    [SkippableFact]
    public async Task A_model_is_measured_by_flags_alone_and_its_plan_runs_again_from_a_file()
    {
        Tool.Need("python3", "apt-get install python3");
        var place = workshop.NewPlace();

        var flags = (await Melt.RunAsync(place, ["run", "-m", Model, "-p", "16", "-n", "8", "-r", "2", "-t", "1", .. Short, "--json"])).ShouldBeDone().Json;

        flags.At("sessions").EnumerateArray().Select(s => (s.Text("status"), s.Number("repetition"), s.Number("tokens", "prompt"), s.Number("tokens", "generated")))
            .ShouldBe([("complete", 1, 32, 16), ("complete", 2, 32, 16)]);
        flags.At("sessions")[0].Text("engine", "settings", "threads").ShouldBe("1");
        var cell = flags.At("cells").EnumerateArray().ShouldHaveSingleItem();
        cell.Number("metrics", "decode_tokens_per_second", "n").ShouldBe(2);
        cell.Real("metrics", "decode_tokens_per_second", "value").ShouldBe(flags.At("sessions").EnumerateArray().Average(s => s.Real("metrics", "decode_tokens_per_second", "value")), 1e-9);

        (await Melt.RunAsync(place, "export", "last", "--format", "csv", "tables")).ShouldBeDone();
        place.Write("results.json", flags.GetRawText());
        (await Melt.RunAsync(place, new ProcessStartInfo("python3", [Path.Combine(Repository.Folder, "tests", "recompute.py"), "tables", "results.json"]))).ShouldBeDone().Output.ShouldMatch(@"(\d+) of \1 values agree");
        (await Melt.RunAsync(place, "export", "last", "--format", "sqlite", "-o", "tidy.db")).ShouldBeDone();
        await using (var tidy = new SqliteConnection($"Data Source={Path.Combine(place.Folder, "tidy.db")};Mode=ReadOnly;Pooling=False"))
        {
            await tidy.OpenAsync();
            await using var query = tidy.CreateCommand();
            query.CommandText = "select value, n, (select count(*) from budget where scope = 'cell' and key = m.key) from cell_metrics m where key = 'decode_tokens_per_second' and cell = (select distinct cell from sessions)";
            await using var row = await query.ExecuteReaderAsync();
            (await row.ReadAsync()).ShouldBeTrue();
            (row.GetDouble(0), row.GetInt64(1), row.GetInt64(2)).ShouldBe((cell.Real("metrics", "decode_tokens_per_second", "value"), 2, 1));
        }

        var plan = (await Melt.RunAsync(place, "show", "last", "--plan")).ShouldBeDone();
        place.Write("plan.yaml", plan.Output);
        var file = (await Melt.RunAsync(place, "run", "plan.yaml", "--json")).ShouldBeDone().Json;

        file.Text("plan_sha256").ShouldBe(flags.Text("plan_sha256"));
        file.At("sessions").GetArrayLength().ShouldBe(2);
        (await Melt.RunAsync(place, "show", "last", "--plan")).Output.ShouldBe(plan.Output);

        var listed = (await Melt.RunAsync(place, "list", "--json")).ShouldBeDone().Json;
        listed.EnumerateArray().Select(e => (e.Text("experiment"), e.Text("status"), e.At("sessions").GetArrayLength()))
            .ShouldBe([(flags.Text("experiment"), "complete", 2), (file.Text("experiment"), "complete", 2)]);
        (await Melt.RunAsync(place, "show", flags.At("sessions")[1].Text("session"), "--json")).ShouldBeDone().Json.At("sessions").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task The_operators_of_a_run_are_timed_when_asked_and_told_as_such()
    {
        var place = workshop.NewPlace();

        var session = (await Melt.RunAsync(place, ["run", "-m", Model, "-p", "8", "-n", "4", "-t", "1", .. Short, "--profile-operators", "--json"])).ShouldBeDone().Json.At("sessions")[0];

        session.Text("engine", "settings", "profile_operators").ShouldBe("on");
        session.At("warnings").EnumerateArray().ShouldContain(w => w.Text("code") == "operators-timed");
        (await Melt.RunAsync(place, "export", "last", "--format", "csv", Path.Combine(place.Folder, "csv"))).ShouldBeDone();
        var operators = Csv.Read(Path.Combine(Path.Combine(place.Folder, "csv"), session.Text("session"), "operators.csv"));
        operators.Select(row => (row["request"], row["phase"])).Distinct().ShouldBe([("0", "prefill"), ("0", "decode"), ("1", "prefill"), ("1", "decode")]);
        operators.Where(row => (row["operator"], row["phase"], row["request"], row["module"]) == ("MUL_MAT", "decode", "1", "output")).ShouldHaveSingleItem()["calls"].ShouldBe("3");
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_run_and_runs_nothing()
    {
        var place = workshop.NewPlace();

        var said = (await Melt.RunAsync(place, "run", "-m", Model, "-r", "3", "-t", "1", "-t", "2", "--dry-run")).ShouldBeDone();

        said.Output.ShouldContain("6 sessions");
        Directory.Exists(place.Data).ShouldBeFalse();
    }

    [Fact]
    public async Task A_command_is_measured_and_its_marks_are_phases()
    {
        var place = workshop.NewPlace();

        var session = (await Melt.RunAsync(place, ["run", .. Short, "--json", "--", "sh", "-c", "echo MELT_MARK work >&2; sleep 0.3; echo MELT_MARK rest >&2; sleep 0.2; echo said"])).ShouldBeDone().Json.At("sessions")[0];

        session.Text("status").ShouldBe("complete");
        session.Real("metrics", "e2el_seconds", "value").ShouldBeGreaterThan(0.5);
        var phases = session.At("phases").EnumerateArray().GroupBy(p => p.Text("name")).ToDictionary(p => p.Key, p => p.Sum(piece => piece.Real("end_seconds") - piece.Real("begin_seconds")));
        // A mark counts from when it is read, which a loaded machine does late.
        phases["work"].ShouldBeGreaterThan(0.15);
        phases["rest"].ShouldBeGreaterThan(0.05);
    }

    [Fact]
    public async Task What_a_command_prints_is_passed_on_but_never_into_the_json()
    {
        var said = (await Melt.RunAsync(workshop.NewPlace(), ["run", .. Short, "--json", "--", "echo", "hello from the command"])).ShouldBeDone();

        said.Json.Text("schema").ShouldBe("melt.results/1");
        said.Error.ShouldContain("hello from the command");
    }

    [Fact]
    public async Task Models_that_were_made_are_listed()
    {
        var place = workshop.NewPlace();
        (await Melt.RunAsync(place, "model", "make", Model)).ShouldBeDone();

        var listed = (await Melt.RunAsync(place, "model", "list", "--json")).ShouldBeDone().Json.EnumerateArray().Single(m => m.Text("path").Contains("tiny-q4_0", StringComparison.Ordinal));

        listed.Number("bytes").ShouldBe(new FileInfo(listed.Text("path")).Length);
    }
}
