using MELT.Host.Tests.EndToEnd;

namespace MELT.Host.Tests.Exports;

/// <summary>What somebody with Python finds in the SQLite file is what the results document says.</summary>
[Collection(EndToEndTests.Name)]
public sealed class SqliteExportTests(Workshop workshop)
{
    private const string Script = """
        import json, sqlite3, sys
        db = sqlite3.connect(sys.argv[1]); db.row_factory = sqlite3.Row
        rows = lambda sql, *given: [dict(r) for r in db.execute(sql, given)]
        document = json.load(open(sys.argv[2]))
        near = lambda a, b: (a is None) == (b is None) and (a is None or abs(a - b) <= 1e-12 * abs(b))
        compared = 0
        for session in document["sessions"]:
            told = rows("select * from sessions where session = ?", session["session"])[0]
            assert told["status"] == session["status"] and told["generated_tokens"] == session["tokens"]["generated"], told
            assert told["simulated"] == ("simulated" in session["flags"]), told
            for boundary, energy in session["energy"].items():
                for key, metric in energy.items():
                    if not (isinstance(metric, dict) and "method" in metric): continue
                    [row] = rows("select * from metrics where session = ? and key = ? and boundary = ?", session["session"], key, boundary)
                    assert near(row["value"], metric["value"]) and near(row["u95"], metric["u95"]) and row["method"] == metric["method"], (row, metric)
                    lines = rows("select source, u, correlated from budget where scope = 'session' and session = ? and key = ? and boundary = ?", session["session"], key, boundary)
                    assert lines == metric["budget"], (lines, metric["budget"]); compared += 1
                joules = rows("select * from phase_energy where session = ? and boundary = ? order by position", session["session"], boundary)
                assert [r["value"] for r in joules] == [p["energy_joules"]["value"] for p in energy["phases"]]
            for key, metric in session["metrics"].items():
                [row] = rows("select * from metrics where session = ? and key = ? and is_primary", session["session"], key)
                assert near(row["value"], metric["value"] if "value" in metric else metric["mean"]), (row, metric)
                assert row["reason"] == (metric["reason"] or {}).get("code") and row["unit"], row; compared += 1
            for request in session["requests"]:
                for key, metric in request["metrics"].items():
                    [row] = rows("select * from request_metrics where session = ? and request = ? and key = ?", session["session"], request["index"], key)
                    assert near(row["value"], metric["value"] if "value" in metric else metric["mean"]), (row, metric); compared += 1
            phases = rows("select phase, request, begin_s, end_s from phases where session = ? order by position", session["session"])
            assert [(p["phase"], p["request"], p["begin_s"], p["end_s"]) for p in phases] == [(p["name"], p["request"], p["begin_seconds"], p["end_seconds"]) for p in session["phases"]]
            assert rows("select sum(tokens) n from tokens where session = ?", session["session"])[0]["n"] == session["tokens"]["generated"]
            stored = {m["meter"]: m["readings"]["stored"] for m in session["meters"]}
            for channel in rows("select * from channels where session = ?", session["session"]):
                [n] = rows("select count(*) n, min(t_s) first, max(t_s) last from samples where session = ? and meter = ? and channel = ?", session["session"], channel["meter"], channel["channel"])
                assert n["n"] == channel["recorded"] == stored[channel["meter"]], (n, channel)
        [phone] = rows("select * from sessions where simulated")
        [per] = rows('''
            select sum(e.value) / sum(generated) per_token from (
              select m.value, r.generated_tokens generated from request_metrics m join requests r using (session, request)
              where m.session = ? and m.key = 'energy_joules' and not r.warmup) e''', phone["session"])
        [own] = rows("select value from metrics where session = ? and key = 'energy_per_output_token_joules'", phone["session"])
        assert abs(per["per_token"] / own["value"] - 1) < 1e-9, (per, own)
        undocumented = [(t["name"], c["name"]) for t in rows("select name from sqlite_master where type in ('table', 'view')") for c in rows(f"pragma table_info({t['name']})")
                        if not rows("select 1 from columns where table_name = ? and column_name = ? and meaning <> ''", t["name"], c["name"])]
        assert not undocumented, undocumented
        assert rows("pragma integrity_check") == [{"integrity_check": "ok"}]
        print(json.dumps({"compared": compared, "per_token": per["per_token"], "samples": rows("select count(*) n from samples")[0]["n"], "tables": [t["table_name"] for t in rows("select * from tables")]}))
        """;

    [SkippableFact]
    public async Task Python_finds_the_values_of_the_results_and_their_sums()
    {
        Tool.Need("python3", "apt-get install python3");
        var quickstart = await workshop.QuickstartAsync();
        var results = quickstart.Place.Write("sqlite-results.json", quickstart.Said.Output);
        var summary = (await Melt.RunAsync(quickstart.Place, "export", "last", "--format", "sqlite", "--json", "-o", "tidy.db")).ShouldBeDone().Json;
        File.WriteAllText(Path.Combine(quickstart.Place.Folder, "tidy.py"), Script);

        var said = (await Melt.RunAsync(quickstart.Place, new System.Diagnostics.ProcessStartInfo("python3", ["tidy.py", "tidy.db", results]))).ShouldBeDone().Json;

        said.Number("compared").ShouldBeGreaterThan(150);
        said.Real("per_token").ShouldBe(quickstart.Phone.Real("metrics", "energy_per_output_token_joules", "value"), 1e-9);
        said.Number("samples").ShouldBe(summary.Number("rows", "readings"));
        summary.Text("format").ShouldBe("sqlite");
        summary.GetProperty("files")[0].Number("bytes").ShouldBe(new FileInfo(Path.Combine(quickstart.Place.Folder, "tidy.db")).Length);
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Folder, "docs", "exports.md"));
        foreach (var table in said.GetProperty("tables").EnumerateArray()) page.ShouldContain($"`{table.GetString()}`");
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_when_that_is_said()
    {
        var quickstart = await workshop.QuickstartAsync();
        string[] export = ["export", quickstart.Phone.Text("session"), "--format", "sqlite", "--every", "1"];
        var file = Path.Combine(quickstart.Place.Folder, quickstart.Phone.Text("session") + ".db");

        (await Melt.RunAsync(quickstart.Place, export)).ShouldBeDone().Error.ShouldContain("mean of each 1 s");
        var first = new FileInfo(file).Length;
        (await Melt.RunAsync(quickstart.Place, export)).ShouldFail(1, file[(quickstart.Place.Folder.Length + 1)..], "--force");
        (await Melt.RunAsync(quickstart.Place, [.. export, "--force"])).ShouldBeDone();

        new FileInfo(file).Length.ShouldBe(first);
        Directory.GetFiles(quickstart.Place.Folder, "*.part*").ShouldBeEmpty();
    }
}
