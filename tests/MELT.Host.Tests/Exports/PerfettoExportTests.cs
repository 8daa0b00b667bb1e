using System.Text.Json;
using MELT.Host.Tests.EndToEnd;
using MELT.Host.Tests.Exports.Perfetto;

namespace MELT.Host.Tests.Exports;

/// <summary>A trace of the quickstart, read by perfetto's schema, says what the results document and the tables say.</summary>
[Collection(EndToEndTests.Name)]
public sealed class PerfettoExportTests(Workshop workshop)
{
    private static readonly string[] Devices = ["host", "phone-1"];

    // Made once: the tests of a class run one after another.
    private static Task<(Quickstart Quickstart, ReadTrace Trace)>? _trace;
    private static Task<string>? _tables;

    [Fact]
    public async Task Emissions_are_instants_at_exactly_the_stamps_of_the_tables()
    {
        var (quickstart, trace) = await TraceAsync();
        var tables = await TablesAsync();
        foreach (var session in quickstart.Sessions)
        {
            var folder = Path.Combine(tables, session.Text("session"));
            var correction = long.Parse(File.ReadLines(Path.Combine(folder, "session.csv")).Single(l => l.StartsWith("stamp_correction_ns,", StringComparison.Ordinal)).Split(',')[1]);
            var emitted = Csv.Read(Path.Combine(folder, "engine_events.csv")).Where(e => e["type"] == "emitted").ToList();

            var instants = trace.Process(session.Text("session")).Instants.Where(i => i.Name == "emission").ToList();

            instants.Select(i => i.At).ShouldBe(emitted.Select(e => e.Long("at_ns") - correction));
            instants.Select(i => i.Event.Count("at_ns")).ShouldBe(emitted.Select(e => (long?)e.Long("at_ns")));
            instants.Select(i => i.Event.Count("request")).ShouldBe(emitted.Select(e => (long?)e.Long("request")));
            instants.Sum(i => i.Event.Count("tokens")!.Value).ShouldBe(session.Number("tokens", "generated"));
        }
    }

    [Fact]
    public async Task Phases_requests_and_tokens_lie_in_each_other_and_where_the_results_say()
    {
        var (quickstart, trace) = await TraceAsync();
        foreach (var session in quickstart.Sessions)
        {
            var process = trace.Process(session.Text("session"));
            var begin = process.Session.Event.Count("begin_ns")!.Value;
            var phases = process.Slices.Where(s => s.Category == "phase").ToList();
            var told = session.GetProperty("phases").EnumerateArray().ToList();

            phases.Select(p => p.Name).ShouldBe(told.Select(p => p.Text("name")));
            foreach (var (phase, expected) in phases.Zip(told))
            {
                ((phase.Begin - begin) / 1e9).ShouldBe(expected.Real("begin_seconds"));
                ((phase.End - begin) / 1e9).ShouldBe(expected.Real("end_seconds"));
                phase.Around.Select(s => s.Category).ShouldBe(expected.GetProperty("request").ValueKind == JsonValueKind.Null ? ["session"] : ["session", "request"]);
            }
            foreach (var token in process.Slices.Where(s => s.Category == "token"))
            {
                token.Around.Select(s => s.Category).ShouldBe(["session", "request", "phase"]);
                token.Around[^1].Name.ShouldBe("decode");
                token.End.ShouldBeGreaterThan(token.Begin);
            }
            process.Slices.Count(s => s.Category == "request").ShouldBe(session.GetProperty("requests").GetArrayLength());
            process.Slices.Count(s => s.Category == "token").ShouldBe(process.Instants.Count(i => i.Name == "emission") - session.GetProperty("requests").GetArrayLength());
        }
    }

    [Fact]
    public async Task Energies_stand_beside_the_slices_as_in_the_results()
    {
        var (quickstart, trace) = await TraceAsync();
        foreach (var session in quickstart.Sessions)
        {
            var process = trace.Process(session.Text("session"));
            var phases = process.Slices.Where(s => s.Category == "phase").ToList();
            foreach (var boundary in session.GetProperty("energy").EnumerateObject())
                foreach (var (phase, told) in phases.Zip(boundary.Value.GetProperty("phases").EnumerateArray()))
                {
                    ShouldTell(phase.Event, told.GetProperty("energy_joules"), "energy", boundary.Name);
                    phase.Event.Words("energy", boundary.Name, "boundary").ShouldBe(boundary.Name);
                }
            foreach (var (request, told) in process.Slices.Where(s => s.Category == "request").Zip(session.GetProperty("requests").EnumerateArray()))
                foreach (var metric in told.GetProperty("metrics").EnumerateObject().Where(m => m.Name.EndsWith("_joules", StringComparison.Ordinal)))
                    ShouldTell(request.Event, metric.Value, "metrics", metric.Name);
            foreach (var metric in session.GetProperty("metrics").EnumerateObject().Where(m => m.Value.TryGetProperty("value", out _)))
                ShouldTell(process.Session.Event, metric.Value, "metrics", metric.Name);
        }
        var decode = trace.Process(quickstart.Phone.Text("session")).Slices.First(s => s.Name == "decode");
        decode.Event.Real("energy", quickstart.Phone.GetProperty("energy").EnumerateObject().Single().Name, "value")!.Value.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Every_reading_is_a_value_of_a_track_with_its_unit()
    {
        var (quickstart, trace) = await TraceAsync();
        var folder = Path.Combine(await TablesAsync(), quickstart.Phone.Text("session"));
        var process = trace.Process(quickstart.Phone.Text("session"));
        var power = process.Tracks.Single(t => t.Unit == "W");
        power.Name.ShouldBe("monsoon.v*i");
        process.Values.Where(v => v.Track == power).Zip(process.Values.Where(v => v.Track.Name == "monsoon.v"), process.Values.Where(v => v.Track.Name == "monsoon.i"))
            .ShouldAllBe(p => p.First.Value == p.Second.Value * p.Third.Value);
        var channels = Csv.Read(Path.Combine(folder, "meters.csv"));
        channels.ShouldNotBeEmpty();
        foreach (var channel in channels)
        {
            var track = process.Tracks.Single(t => t.Name == $"{channel["meter"].Split('/')[1]}.{channel["channel"]}");
            var values = process.Values.Where(v => v.Track == track).ToList();
            var readings = Csv.Read(Path.Combine(folder, "readings", channel["file"]));
            track.Unit.ShouldBe(channel["unit"] == "B" ? null : channel["unit"]);
            values.Count.ShouldBe(readings.Count);
            values.Select(v => v.Value!.Value).SequenceEqual(readings.OrderBy(r => r.Long("at_ns")).Select(r => r.Double(channel["channel"]))).ShouldBeTrue(track.Name);
        }
    }

    [Fact]
    public async Task Both_sessions_lie_in_one_trace_whose_clock_is_told_and_say_what_they_are()
    {
        var (quickstart, trace) = await TraceAsync();

        trace.Tracks.Values.Count(t => t.Pid is not null).ShouldBe(Devices.Length);
        trace.Process(quickstart.Phone.Text("session")).Track.Process!.ShouldContain("[simulated");
        trace.Process(quickstart.Host.Text("session")).Track.Process!.ShouldContain("synthetic");
        trace.Packets[0].Part("clock_snapshot").Parts("clocks").Select(c => c.Number("timestamp")).Distinct().ShouldBe([0], "nothing before it has a date");
        trace.Process(quickstart.Phone.Text("session")).Tracks.OrderBy(t => t.Rank).Select(t => t.Name).Take(4).ShouldBe(["timeline", "emissions", "evaluations", "events"]);
        foreach (var sequence in trace.Packets.GroupBy(p => p.Number("trusted_packet_sequence_id")))
        {
            sequence.First().Number("sequence_flags").ShouldBe(1);
            sequence.Skip(1).ShouldAllBe(p => !p.Has("sequence_flags"));
        }
        trace.Process(quickstart.Host.Text("session")).Instants.Select(i => i.Event.Words("kind")).ShouldContain("engine-exited");
    }

    [Fact]
    public async Task Fewer_points_are_asked_for_and_said()
    {
        var quickstart = await workshop.QuickstartAsync();
        var id = quickstart.Phone.Text("session");

        var said = (await Melt.RunAsync(quickstart.Place, "export", id, "--format", "perfetto", "--every", "0.1", "--json", "-o", "thin.pftrace")).ShouldBeDone();

        var (_, whole) = await TraceAsync();
        var process = ReadTrace.Of(await File.ReadAllBytesAsync(Path.Combine(quickstart.Place.Folder, "thin.pftrace"))).Process(id);
        said.Json.GetProperty("notes").EnumerateArray().Single().GetString()!.ShouldContain("mean of each 0.1 s");
        said.Json.Number("rows", "counter_values").ShouldBe(process.Values.Count);
        process.Session.Event.Words("thinned")!.ShouldContain("mean of each 0.1 s");
        process.Tracks.Where(t => t.Description is not null).ShouldAllBe(t => t.Name!.EndsWith("(mean of each 0.1 s)", StringComparison.Ordinal) || t.Name.EndsWith("(last of each 0.1 s)", StringComparison.Ordinal));
        process.Values.Count.ShouldBeLessThan(whole.Process(id).Values.Count / 100);
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_when_that_is_said()
    {
        var quickstart = await workshop.QuickstartAsync();
        quickstart.Place.Write("mine.pftrace", "mine");
        string[] export = ["export", quickstart.Host.Text("session"), "--format", "perfetto", "-o", "mine.pftrace"];

        (await Melt.RunAsync(quickstart.Place, export)).ShouldFail(1, "mine.pftrace", "--force");
        File.ReadAllText(Path.Combine(quickstart.Place.Folder, "mine.pftrace")).ShouldBe("mine");

        (await Melt.RunAsync(quickstart.Place, [.. export, "--force"])).ShouldBeDone().Output.ShouldContain("slices");
        ReadTrace.Of(await File.ReadAllBytesAsync(Path.Combine(quickstart.Place.Folder, "mine.pftrace"))).Slices.ShouldNotBeEmpty();
        Directory.GetFiles(quickstart.Place.Folder, "*.part").ShouldBeEmpty();
    }

    private static void ShouldTell(ProtoMessage told, JsonElement expected, params string[] path)
    {
        var value = expected.GetProperty("value");
        told.Real([.. path, "value"]).ShouldBe(value.ValueKind == JsonValueKind.Null ? null : value.GetDouble());
        var u95 = expected.GetProperty("u95");
        told.Real([.. path, "u95"]).ShouldBe(u95.ValueKind == JsonValueKind.Null ? null : u95.GetDouble());
        told.Words([.. path, "method"]).ShouldBe(expected.Text("method"));
        if (value.ValueKind == JsonValueKind.Null) told.Words([.. path, "reason"]).ShouldBe(expected.Text("reason", "code"));
    }

    private Task<(Quickstart Quickstart, ReadTrace Trace)> TraceAsync() => _trace ??= ReadAsync();

    private async Task<(Quickstart Quickstart, ReadTrace Trace)> ReadAsync()
    {
        var quickstart = await workshop.QuickstartAsync();
        var file = Path.Combine(quickstart.Place.Folder, quickstart.Document.Text("experiment") + ".pftrace");
        (await Melt.RunAsync(quickstart.Place, "export", "last", "--format", "perfetto", "--json")).ShouldBeDone().Json.GetProperty("files")[0].Text("path").ShouldBe(file);
        return (quickstart, ReadTrace.Of(await File.ReadAllBytesAsync(file)));
    }

    private Task<string> TablesAsync() => _tables ??= ExportTablesAsync();

    private async Task<string> ExportTablesAsync()
    {
        var quickstart = await workshop.QuickstartAsync();
        var tables = Path.Combine(quickstart.Place.Folder, "trace-tables");
        (await Melt.RunAsync(quickstart.Place, "export", "last", tables)).ShouldBeDone();
        return tables;
    }
}
