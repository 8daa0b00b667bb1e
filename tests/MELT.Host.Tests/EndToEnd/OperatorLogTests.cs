using System.Globalization;
using System.Text.Json;
using MELT.Host.Reports;
using MELT.Host.Tests.Exports.Perfetto;
using MELT.Host.Tests.Reports;
using Microsoft.Data.Sqlite;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>What operators took, from a log of llama.cpp to everything that shows or exports it.</summary>
[Collection(WordsTests.Name)]
public sealed class OperatorLogTests(Workshop workshop)
{
    [Fact]
    public async Task A_log_is_shown_and_its_document_fits_the_schema_and_replays()
    {
        var place = await ImportedAsync();

        var shown = string.Join(' ', (await Melt.RunAsync(place, "show", "last")).ShouldBeDone().Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        var json = (await Melt.RunAsync(place, "show", "last", "--json")).ShouldBeDone();

        shown.ShouldContain("decode: 2 graphs of 10.00 ms on average");
        shown.ShouldContain("operator calls share wall CPU", customMessage: "nobody told of devices");
        shown.ShouldContain("MUL_MAT 4 80.00 % 16.00 ms 64.00 ms");
        JsonSchema.Parse(ResultsSchema.Text).Faults(json.Output).ShouldBeEmpty();
        var decode = Operators(json.Json).Single(p => p.Text("phase") == "decode");
        decode.GetProperty("by_operator")[0].GetRawText().ReplaceLineEndings("").Replace(" ", "").ShouldBe("""{"operator":"MUL_MAT","device":null,"calls":4,"wall_seconds":0.016,"cpu_seconds":0.064,"share":0.8}""");
        (await Melt.RunAsync(place, "replay", "last", "--json")).ShouldBeDone().Json.Sha256().ShouldBe(json.Json.Sha256());
    }

    [Fact]
    public async Task Sqlite_has_the_rows_of_the_tables()
    {
        var place = await ImportedAsync();
        (await Melt.RunAsync(place, "export", "last", "tables")).ShouldBeDone();
        (await Melt.RunAsync(place, "export", "last", "--format", "sqlite", "-o", "tidy.db")).ShouldBeDone();
        var folder = Directory.GetDirectories(Path.Combine(place.Folder, "tables")).Single();

        foreach (var table in (string[])["operators", "operator_graphs"])
        {
            var expected = await File.ReadAllLinesAsync(Path.Combine(folder, table + ".csv"));
            Read(Path.Combine(place.Folder, "tidy.db"), table).ShouldBe(expected);
            expected.Length.ShouldBeGreaterThan(3);
        }
    }

    [Fact]
    public async Task In_a_trace_they_stand_beside_the_session()
    {
        var place = await ImportedAsync();
        (await Melt.RunAsync(place, "export", "last", "--format", "perfetto", "-o", "log.pftrace")).ShouldBeDone();

        var session = ReadTrace.Of(await File.ReadAllBytesAsync(Path.Combine(place.Folder, "log.pftrace"))).Process("llama.log").Session.Event;

        session.Real("operators", "decode", "by_operator", "MUL_MAT", "share").ShouldBe(0.8);
        session.Real("operators", "decode", "by_operator", "MUL_MAT", "cpu_seconds").ShouldBe(0.064);
        session.Count("operators", "prefill", "by_operator", "GET_ROWS", "calls").ShouldBe(1);
    }

    [SkippableFact]
    public async Task An_independent_script_adds_them_up_to_the_same()
    {
        Tool.Need("python3", "apt-get install python3");
        var place = await ImportedAsync();
        (await Melt.RunAsync(place, "export", "last", "tables")).ShouldBeDone();
        var results = place.Write("results.json", (await Melt.RunAsync(place, "show", "last", "--json")).ShouldBeDone().Output);

        var script = await Melt.RunAsync(place, new System.Diagnostics.ProcessStartInfo("python3", [Path.Combine(Repository.Folder, "tests", "recompute.py"), "tables", results]));

        script.ShouldBeDone().Output.ShouldMatch(@"(\d+) of \1 values agree");
    }

    private async Task<Place> ImportedAsync()
    {
        var place = workshop.NewPlace();
        place.Write("llama.log", string.Join('\n', ["main: build = 1307 (cb07976)", .. Graph(3), .. Graph(1), .. Graph(1), " more"]));
        (await Melt.RunAsync(place, "import", "llama.log")).ShouldBeDone();
        return place;
    }

    /// <summary>10 ms of wall and 40 ms of processor time, 8 in 10 of them in two multiplications.</summary>
    private static IEnumerable<string> Graph(int tokens) =>
        ["=== GRAPH ===", "n_nodes = 3", Node(0, "GET_ROWS", 2, tokens), Node(1, "MUL_MAT", 5, tokens), Node(2, "MUL_MAT", 3, tokens), "n_leafs = 0", new('=', 40)];

    private static string Node(int number, string name, int milliseconds, int tokens) => string.Create(CultureInfo.InvariantCulture,
        $" - {number,3}: [ {4096,5}, {tokens,5}, {1,5}] {name,16}   (  1) cpu = {4.0 * milliseconds,7:0.000} / {4.0 * milliseconds,7:0.000} ms, wall = {1.0 * milliseconds,7:0.000} / {1.0 * milliseconds,7:0.000} ms");

    private static IEnumerable<JsonElement> Operators(JsonElement document) => document.GetProperty("sessions")[0].GetProperty("operators").EnumerateArray();

    /// <summary>Names of the columns, then the rows, as the tables write them.</summary>
    private static List<string> Read(string file, string table)
    {
        using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"select * from {table} order by rowid";
        using var reader = command.ExecuteReader();
        var lines = new List<string> { string.Join(',', Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)) };
        while (reader.Read()) lines.Add(string.Join(',', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        return lines;
    }
}
