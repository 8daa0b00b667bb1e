using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Meters;
using MELT.Host.Tests.Serve;
using Microsoft.Data.Sqlite;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>The node that stays: what it answers, what it demands, and what it does when storing fails.</summary>
[Collection(EndToEndTests.Name)]
public sealed class ServeTests(Workshop workshop)
{
    private const string Topic = "melt/v1/bench/outside/readings", Meter = "meter:bench/outside";

    [Fact]
    public async Task It_says_that_it_lives_is_ready_and_what_it_counts()
    {
        await using var node = await Served.StartAsync(workshop.NewPlace());
        var port = await node.Melt.PortAsync();
        await using (var publisher = await OutsidePublisher.ConnectAsync(port, Topic))
        {
            publisher.Begin(most: 20);
            await publisher.DoneAsync();
        }

        (await node.JsonAsync("/health")).Text("status").ShouldBe("alive");
        (await node.JsonAsync("/ready")).At("ready").GetBoolean().ShouldBeTrue();
        var metrics = Exposition.Parse((await node.GetAsync("/metrics")).Text);
        metrics["melt_messages_received_total"].ShouldBe(20);
        metrics["melt_readings_committed_total"].ShouldBe(20);
        metrics["melt_messages_outstanding"].ShouldBe(0);
        metrics["melt_journal_failures_total"].ShouldBe(0);
        metrics["melt_journal_commits_total"].ShouldBeInRange(2, metrics["melt_journal_append_duration_seconds_count"]);
        metrics["melt_entities"].ShouldBe(3);                          // the device, its meter, the rulebook
        metrics["melt_ready"].ShouldBe(1);
        metrics["process_resident_memory_bytes"].ShouldBeGreaterThan(1 << 20);

        var cluster = (await Melt.RunAsync(workshop.NewPlace(), "cluster", "status", "--at", node.Url, "--json")).ShouldBeDone().Json;
        cluster.Text("runtime").ShouldBe("in-process");
        var member = cluster.At("members").EnumerateArray().ShouldHaveSingleItem();
        (member.Text("status"), member.At("reachable").GetBoolean(), member.At("roles").GetArrayLength()).ShouldBe(("up", true, 3));
        cluster.At("devices").EnumerateArray().ShouldHaveSingleItem().Text("device").ShouldBe("bench");
    }

    [Fact]
    public async Task What_cannot_be_done_is_answered_with_the_reason()
    {
        await using var node = await Served.StartAsync(workshop.NewPlace());

        var (status, text) = await node.PostAsync("name: wrong\nrepetitions: 0\nsurprise: 1\n");
        status.ShouldBe(HttpStatusCode.BadRequest);
        foreach (var word in new[] { "plan:2:", "repetitions", "plan:3:", "surprise" }) text.ShouldContain(word);
        await ShouldAnswerAsync(node.PostAsync("name: x\nmodels: [no-such.gguf]\nrequests: {lengths: [{prompt_tokens: 4}]}\n"), HttpStatusCode.BadRequest, "no-such.gguf");
        await ShouldAnswerAsync(node.PostAsync("name: x", "text/plain"), HttpStatusCode.UnsupportedMediaType, "application/yaml");
        await ShouldAnswerAsync(node.PostAsync(new string('#', (1 << 20) + 1)), HttpStatusCode.RequestEntityTooLarge, "too large");
        await ShouldAnswerAsync(node.GetAsync("/nowhere"), HttpStatusCode.NotFound, "/api/experiments");
        await ShouldAnswerAsync(node.GetAsync("/api/experiments/none"), HttpStatusCode.NotFound, "none");
        await ShouldAnswerAsync(node.AskAsync(HttpMethod.Delete, "/api/experiments/none"), HttpStatusCode.NotFound, "none");
        await ShouldAnswerAsync(node.AskAsync(HttpMethod.Put, "/api/experiments"), HttpStatusCode.MethodNotAllowed, "PUT");
        await ShouldAnswerAsync(node.GetAsync("/api/experiments", host: "rebound.example"), HttpStatusCode.MisdirectedRequest, "rebound.example");
        (await node.JsonAsync("/api/experiments")).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_token_is_demanded_of_everything_but_health_and_never_told()
    {
        const string Token = "a-token-of-the-tests";
        var place = workshop.NewPlace();
        place.Settings["MELT_SERVE_TOKEN"] = Token;
        await using var node = await Served.StartAsync(place, "--verbose");

        (await node.GetAsync("/health")).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var path in new[] { "/ready", "/metrics", "/api/experiments", "/api/cluster", "/nowhere" })
        {
            (await node.GetAsync(path)).Status.ShouldBe(HttpStatusCode.Unauthorized);
            (await node.GetAsync(path, "another-token-of-tests")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        }
        (await node.GetAsync("/ready", Token)).Status.ShouldBe(HttpStatusCode.OK);
        (await Melt.RunAsync(place, "cluster", "status", "--at", node.Url)).ShouldBeDone().Output.ShouldContain("in-process");
        (await Melt.RunAsync(workshop.NewPlace(), "cluster", "status", "--at", node.Url)).ShouldFail(1, "MELT_SERVE_TOKEN");

        await node.Melt.SignalAsync("TERM");
        var said = (await node.Melt.EndAsync()).ShouldBeDone();
        (said.Output + said.Error).ShouldNotContain(Token);
    }

    [Fact]
    public async Task With_a_certificate_it_is_reached_over_TLS()
    {
        var place = workshop.NewPlace();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest(Served.Subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        place.Settings["MELT_SERVE_CERTIFICATE"] = place.Write("node.pem", certificate.ExportCertificatePem());
        place.Settings["MELT_SERVE_KEY"] = place.Write("node.key", key.ExportPkcs8PrivateKeyPem());

        await using var node = await Served.StartAsync(place);

        node.Url.ShouldStartWith("https://");
        (await node.GetAsync("/ready")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("--bind", "0.0.0.0:0", "MELT_SERVE_TOKEN")]
    [InlineData("--join", "other:7236", "Akka.NET build")]
    [InlineData("--role", "ingest", "--join")]
    public async Task What_it_must_not_do_is_refused_at_start(string option, string value, string word) =>
        (await Melt.RunAsync(workshop.NewPlace(), "serve", option, value)).ShouldFail(2, word);

    [Fact]
    public async Task A_node_that_is_not_there_is_told() =>
        (await Melt.RunAsync(workshop.NewPlace(), "cluster", "status", "--at", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}"))).ShouldFail(1, "no answer");

    [Fact]
    public async Task While_nothing_can_be_stored_it_is_not_ready_and_readings_stay_with_their_senders()
    {
        var place = workshop.NewPlace();
        await using var node = await Served.StartAsync(place);
        var publisher = await OutsidePublisher.ConnectAsync(await node.Melt.PortAsync(), Topic);
        publisher.Begin();
        await publisher.MoreAsync(10);

        await using (var another = new SqliteConnection($"Data Source={place.Journal};Pooling=False"))
        {
            await another.OpenAsync();
            await using (var hold = another.CreateCommand())
            {
                hold.CommandText = "begin immediate";
                await hold.ExecuteNonQueryAsync();
            }
            var acknowledged = publisher.Acknowledged.Max();
            await node.Melt.SaysAsync("Nothing can be stored");
            await ShouldAnswerAsync(node.GetAsync("/ready"), HttpStatusCode.ServiceUnavailable, "\"journal\"");
            await ShouldAnswerAsync(node.PostAsync(Plans.Short), HttpStatusCode.ServiceUnavailable, "journal");
            (await node.GetAsync("/health")).Status.ShouldBe(HttpStatusCode.OK);
            publisher.Acknowledged.Max().ShouldBeLessThanOrEqualTo(acknowledged + 1);
        }

        await node.Melt.SaysAsync("Storing works again");
        await publisher.MoreAsync(5);
        (await node.GetAsync("/ready")).Status.ShouldBe(HttpStatusCode.OK);
        await publisher.DisposeAsync();
        await node.Melt.SignalAsync("TERM");
        (await node.Melt.EndAsync()).ShouldBeDone();
        var stored = await StoredAsync(place);
        stored.ShouldBeUnique();
        publisher.Acknowledged.Except(stored).ShouldBeEmpty();
    }

    private static async Task ShouldAnswerAsync(Task<(HttpStatusCode Status, string Text)> asked, HttpStatusCode status, string word)
    {
        var answer = await asked;
        answer.Status.ShouldBe(status, answer.Text);
        answer.Text.ShouldContain(word);
        System.Text.Json.JsonDocument.Parse(answer.Text);
    }

    private static async Task<List<long>> StoredAsync(Place place)
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(place.Journal, MeltEvents.Serializer);
        var stored = new List<long>();
        await foreach (var e in journal.ReadAsync(Meter, 1, CancellationToken.None))
            if (e.Event is MeterEvent.SamplesRecorded { Samples: var samples })
                stored.AddRange(Enumerable.Range(0, samples.Count).Select(i => (long)samples.Columns.ShouldHaveSingleItem()[i]));
        return stored;
    }
}
