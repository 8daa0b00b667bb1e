using System.Globalization;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Meters;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>kill -9 at random points of runs, while somebody publishes: nothing acknowledged is lost, nothing is stored twice.</summary>
[Collection(EndToEndTests.Name)]
public sealed class KillTests(Workshop workshop)
{
    private const string Topic = "melt/v1/simulated-phone-monsoon/outside/readings";
    private const string Meter = "meter:simulated-phone-monsoon/outside";
    private const int MostBetweenKills = 400;

    /// <summary>How often; the environment variable MELT_TEST_KILLS asks for more.</summary>
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("MELT_TEST_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 5;

    [Fact]
    public async Task Whatever_a_publisher_saw_acknowledged_is_stored_once_and_what_was_cut_off_is_sealed()
    {
        var (place, port, random) = (workshop.NewPlace(), Ports.Free(), new Random(20));
        var interrupted = new List<string>();
        OutsidePublisher? publisher = null;
        for (var i = 0; i < Kills; i++)
        {
            await using var melt = Start(place, port, decode: 200);
            await melt.SaysAsync("broker on ");
            if (publisher is null) (publisher = await OutsidePublisher.ConnectAsync(port, Topic)).Begin();
            if (interrupted.Count > 0) await melt.SaysAsync($"experiment {interrupted[^1]} was interrupted");
            await melt.SaysAsync("baseline");                    // from here on there is a session to cut off
            await publisher.MoreAsync(random.Next(MostBetweenKills));
            melt.HasEnded.ShouldBeFalse();
            melt.KillHard();
            interrupted.Add((await melt.EndAsync()).Error.Split("experiment ")[1].Split(':')[0]);
        }

        await using var last = Start(place, port, decode: 2);
        await last.SaysAsync($"experiment {interrupted[^1]} was interrupted");
        await publisher!.MoreAsync(1);
        await publisher.DisposeAsync();
        (await last.EndAsync()).ShouldBeDone();

        await ShouldListAsInterruptedAsync(place, interrupted);
        var stored = await StoredAsync(place);
        stored.Count.ShouldBe(stored.Distinct().Count());
        publisher.Acknowledged.Except(stored).ShouldBeEmpty();
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(place.Journal, MeltEvents.Serializer);
        (await JournalCheck.RunAsync(journal, MeltEvents.Serializer)).ShouldBeEmpty();
    }

    private static Melt Start(Place place, int port, int decode) => Melt.Start(place, "run", "--device", "simulated:phone-monsoon:1", "--port", Text(port), "--baseline", "0.5", "--cool-down", "0.1", "-p", "8", "-n", Text(decode));

    private static async Task ShouldListAsInterruptedAsync(Place place, List<string> interrupted)
    {
        var listed = (await Melt.RunAsync(place, "list", "--json")).ShouldBeDone().Json.EnumerateArray().ToDictionary(e => e.Text("experiment"));
        listed.Count.ShouldBe(interrupted.Count + 1);
        foreach (var id in interrupted)
        {
            listed[id].Text("status").ShouldBeOneOf("partial", "failed");
            listed[id].Text("reason").ShouldContain("interrupted");
            listed[id].At("sessions").EnumerateArray().ShouldAllBe(s => s.Text("status") == "partial" || s.Text("status") == "failed");
        }
    }

    /// <summary>Value of every reading of the outside meter in the journal, which is its number.</summary>
    private static async Task<List<long>> StoredAsync(Place place)
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(place.Journal, MeltEvents.Serializer);
        var stored = new List<long>();
        await foreach (var e in journal.ReadAsync(Meter, 1, CancellationToken.None))
            if (e.Event is MeterEvent.SamplesRecorded { Samples: var samples })
                stored.AddRange(Enumerable.Range(0, samples.Count).Select(i => (long)samples.Columns.ShouldHaveSingleItem()[i]));
        return stored;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
