using System.Globalization;
using System.Net;
using MELT.Actors.Journal;
using MELT.Actors.Meters;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>What a node leans on goes away and comes back: everything that was acknowledged is stored, once.</summary>
[Collection(EndToEndTests.Name)]
public sealed class OutageTests(Workshop workshop)
{
    private const string Topic = "melt/v1/lab/outside/readings", Meter = "meter:lab/outside";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>How long PostgreSQL is away; the environment variable MELT_TEST_OUTAGE asks for more.</summary>
    private static TimeSpan Outage => TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("MELT_TEST_OUTAGE"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 2);

    [SkippableFact]
    public async Task The_broker_restarts()
    {
        Skip.If(Mosquitto.Program is null, Mosquitto.Missing);
        var place = workshop.NewPlace();
        await using var broker = await Mosquitto.StartAsync();
        await using var node = await Served.StartAsync(place, "--broker", string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{broker.Port}"));
        var publisher = await OutsidePublisher.ConnectAsync(broker.Port, Topic);
        publisher.Begin();
        await publisher.MoreAsync(100);

        await broker.RestartAsync(static () => { });

        await publisher.MoreAsync(100);
        await publisher.DisposeAsync();
        await ShouldBeStoredOnceAsync(JournalLocation.Parse(place.Journal, place.Folder), publisher);
    }

    [SkippableFact]
    public async Task PostgreSQL_is_down_for_a_while()
    {
        await using var server = await PostgresServer.StartAsync();
        var journal = (await server.NewDatabaseAsync()).Url;
        await using var node = await Served.StartAsync(workshop.NewPlace(), "--journal", journal);
        var publisher = await OutsidePublisher.ConnectAsync(await node.Melt.PortAsync(), Topic);
        publisher.Begin();
        await publisher.MoreAsync(100);

        await server.StopAsync();
        await node.Melt.SaysAsync("Nothing can be stored");
        (await node.GetAsync("/ready")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await Task.Delay(Outage);    // the length of the fault, not a wait for something
        await server.StartAgainAsync();

        await node.Melt.SaysAsync("Storing works again");
        await publisher.MoreAsync(100);
        (await node.GetAsync("/ready")).Status.ShouldBe(HttpStatusCode.OK);
        await publisher.DisposeAsync();
        await ShouldBeStoredOnceAsync(JournalLocation.Parse(journal, "."), publisher);
    }

    /// <summary>What a broker accepted may still be on its way; what is there twice never goes away.</summary>
    private static async Task ShouldBeStoredOnceAsync(JournalLocation location, OutsidePublisher publisher)
    {
        using var patience = new CancellationTokenSource(Patience);
        await using var journal = await location.OpenReadOnlyAsync(MeltEvents.Serializer, patience.Token);
        List<long> stored;
        do stored = await StoredAsync(journal, patience.Token);
        while (publisher.Acknowledged.Except(stored).Any() && !patience.IsCancellationRequested);
        publisher.Acknowledged.Except(stored).ShouldBeEmpty();
        stored.Count.ShouldBe(stored.Distinct().Count());
    }

    private static async Task<List<long>> StoredAsync(StoredJournal journal, CancellationToken stop)
    {
        var stored = new List<long>();
        await foreach (var e in journal.ReadAsync(Meter, 1, stop))
            if (e.Event is MeterEvent.SamplesRecorded { Samples: var samples })
                stored.AddRange(Enumerable.Range(0, samples.Count).Select(i => (long)samples.Columns.ShouldHaveSingleItem()[i]));
        return stored;
    }
}
