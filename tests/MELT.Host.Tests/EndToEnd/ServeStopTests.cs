using System.Net;
using System.Text.Json;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>However a node ends, its experiments do not.</summary>
[Collection(EndToEndTests.Name)]
public sealed class ServeStopTests(Workshop workshop)
{
    [Fact]
    public async Task Stopped_it_seals_what_runs_and_goes_on_when_it_is_back()
    {
        var place = workshop.NewPlace();
        place.Write("plan.yaml", Plans.Phone(sessions: 2, tokens: 100, coolDown: 3));
        string id;
        await using (var node = await Served.StartAsync(place))
        {
            await using var follower = Melt.Start(place, "run", "plan.yaml", "--at", node.Url);
            id = (await follower.SaysAsync("experiment ")).Split(' ')[1];
            await follower.SaysAsync("running");
            await node.Melt.SignalAsync("TERM");
            await node.Melt.SaysAsync("stopping");
            var ready = await node.GetAsync("/ready");
            (ready.Status, ready.Text.Contains("draining", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.ServiceUnavailable, true), ready.Text);
            (await node.PostAsync(Plans.Short)).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await node.GetAsync("/health")).Status.ShouldBe(HttpStatusCode.OK);
            (await node.Melt.EndAsync()).ShouldBeDone();
        }
        var sealedAs = (await Melt.RunAsync(place, "show", id + "-01", "--json")).ShouldBeDone().Json.At("sessions")[0];
        (sealedAs.Text("status"), sealedAs.Text("reason")).ShouldBe(("partial", "cancelled: MELT was stopped"));
        sealedAs.Number("readings", "stored").ShouldBeGreaterThan(0);
        (await Experiment(place, id)).Text("status").ShouldBe("unfinished");
        (await Melt.RunAsync(place, "run", "--", "true")).ShouldFail(1, id, "melt serve");

        await using var again = await Served.StartAsync(place);
        await again.Melt.SaysAsync($"experiment {id} was cut off when MELT last ended and goes on");
        var sessions = (await again.JsonAsync($"/api/experiments/{id}")).At("sessions");
        sessions.EnumerateArray().Select(s => (s.Text("session"), s.Number("attempt"), s.Text("status"))).ShouldBe([(id + "-01", 1, "partial"), (id + "-01-2", 2, "unfinished")]);

        (await again.AskAsync(HttpMethod.Delete, $"/api/experiments/{id}")).Status.ShouldBe(HttpStatusCode.Accepted);
        await again.Melt.SignalAsync("TERM");
        (await again.Melt.EndAsync()).ShouldBeDone();
        (await Experiment(place, id)).Text("status").ShouldBe("partial");
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        await using var node = await Served.StartAsync(workshop.NewPlace());
        (await node.PostAsync("""
            name: slow to stop
            engine: {command: [sh, -c, "echo started; exec sleep 20"]}
            baseline_seconds: 0.1
            cool_down_seconds: 60
            warmup: 0
            """)).Status.ShouldBe(HttpStatusCode.Accepted);
        await node.Melt.SaysAsync("started");
        await node.Melt.SignalAsync("TERM");
        await node.Melt.SaysAsync("stopping");
        await node.Melt.SignalAsync("TERM");
        (await node.Melt.EndAsync()).ExitCode.ShouldBe(143);
    }

    [Fact]
    public async Task Killed_in_the_second_of_three_sessions_it_comes_back_and_the_experiment_ends_complete()
    {
        var place = workshop.NewPlace();
        place.Write("plan.yaml", Plans.Phone(sessions: 3, tokens: 30, coolDown: 0.2));
        var port = Ports.Free();
        await using var first = await Served.StartAsync(place, port);
        await using var follower = Melt.Start(place, "run", "plan.yaml", "--at", first.Url, "--json");
        var id = (await follower.SaysAsync("experiment ")).Split(' ')[1];
        await follower.SaysAsync($"session {id}-02, 2 of 3: running");
        first.Melt.KillHard();
        await first.Melt.EndAsync();
        await follower.SaysAsync("no answer");

        await using var second = await Served.StartAsync(place, port);

        var row = (await follower.EndAsync()).ShouldBeDone().Json;
        row.Text("status").ShouldBe("complete");
        row.At("sessions").EnumerateArray().Select(s => (s.Text("session"), s.Number("attempt"), s.Text("status"))).ShouldBe(
            [(id + "-01", 1, "complete"), (id + "-02", 1, "partial"), (id + "-02-2", 2, "complete"), (id + "-03", 1, "complete")]);
        (await Melt.RunAsync(place, "show", id + "-02", "--json")).ShouldBeDone().Json.At("sessions")[0].Text("reason").ShouldContain("interrupted");
    }

    private static async Task<JsonElement> Experiment(Place place, string id) =>
        (await Melt.RunAsync(place, "list", "--json")).ShouldBeDone().Json.EnumerateArray().Single(e => e.Text("experiment") == id);
}
