using System.Diagnostics;
using System.Text.Json;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>What a stranger can do with the exported tables.</summary>
[Collection(EndToEndTests.Name)]
public sealed class ExportTests(Workshop workshop)
{
    [SkippableFact]
    public async Task An_independent_script_computes_every_value_again()
    {
        Tool.Need("python3", "apt-get install python3");
        var (quickstart, folder) = await ExportAsync("csv");
        var results = quickstart.Place.Write("results.json", quickstart.Said.Output);

        var script = await Melt.RunAsync(quickstart.Place, new ProcessStartInfo("python3", [Path.Combine(Repository.Folder, "tests", "recompute.py"), folder, results]));

        script.ShouldBeDone().Output.ShouldMatch(@"(\d+) of \1 values agree");
    }

    /// <summary>
    /// Between our stamps and llama.cpp's own lie a few instructions, so ours are never shorter. On a machine that does other things as well
    /// a request may be held up just there; a wrong stamp would show in all of them, so the closest of them has to agree.
    /// </summary>
    [Fact]
    public async Task Intervals_around_evaluations_agree_with_the_counters_of_the_engine()
    {
        var (quickstart, folder) = await ExportAsync("csv");
        var events = Csv.Read(Path.Combine(folder, quickstart.Host.Text("session"), "engine_events.csv"));
        var (prefill, decode) = (new List<Compared>(), new List<Compared>());
        foreach (var request in events.Where(e => e["request"] != "").GroupBy(e => e["request"]))
        {
            var finished = request.Single(e => e["type"] == "finished");
            var evaluations = request.Where(e => e["evaluation_begun_ns"] != "").ToList();
            finished.Long("decode_tokens").ShouldBe(evaluations.Sum(e => e.Long("tokens")));
            finished.Long("prompt_tokens").ShouldBe(finished.Long("prompt"));
            finished.Long("generated").ShouldBe(request.Where(e => e["type"] == "emitted").Sum(e => e.Long("tokens")));
            finished.Long("generated").ShouldBe(finished.Long("decode_tokens") + 1);

            var prompt = request.Single(e => e["type"] == "prompt-ended").Long("at_ns") - request.Single(e => e["type"] == "prompt-begun").Long("at_ns");
            prefill.Add(new(prompt, finished.Double("prompt_ms") * 1e6, Calls: 1));
            decode.Add(new(evaluations.Sum(e => e.Long("evaluation_ended_ns") - e.Long("evaluation_begun_ns")), finished.Double("decode_ms") * 1e6, evaluations.Count));
        }
        foreach (var requests in new[] { prefill, decode })
        {
            requests.Count.ShouldBe(4);
            requests.ShouldAllBe(r => r.Longer >= -r.Rounding);
            requests.ShouldContain(r => r.Longer <= r.Allowed);
        }
    }

    [Fact]
    public async Task Json_lines_hold_the_same_rows_as_csv()
    {
        var (quickstart, csv) = await ExportAsync("csv");
        var (_, lines) = await ExportAsync("jsonl");
        var session = quickstart.Phone.Text("session");

        foreach (var table in Directory.GetFiles(Path.Combine(csv, session), "*.csv", SearchOption.AllDirectories))
            File.ReadLines(Path.Combine(lines, Path.ChangeExtension(Path.GetRelativePath(csv, table), "jsonl"))).Count().ShouldBe(File.ReadLines(table).Count() - 1, table);
        var first = JsonDocument.Parse(File.ReadLines(Path.Combine(lines, session, "phases.jsonl")).First()).RootElement;
        first.Text("phase").ShouldBe("baseline");
        first.Text("begin_ns").ShouldBe(Csv.Read(Path.Combine(csv, session, "phases.csv"))[0]["begin_ns"]);
    }

    private async Task<(Quickstart Quickstart, string Folder)> ExportAsync(string format)
    {
        var quickstart = await workshop.QuickstartAsync();
        var folder = Path.Combine(quickstart.Place.Folder, "export-" + format);
        if (!Directory.Exists(folder)) (await Melt.RunAsync(quickstart.Place, "export", "last", folder, "--format", format)).ShouldBeDone();
        return (quickstart, folder);
    }

    /// <summary>Nanoseconds in some calls of the engine, by our stamps and by its own counters.</summary>
    private sealed record Compared(long Ours, double Theirs, int Calls)
    {
        public double Longer => Ours - Theirs;
        public double Allowed => Math.Max(0.01 * Theirs, 50_000.0 * Calls);
        public double Rounding => 1000.0 * (Calls + 1);
    }
}
