using System.Globalization;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Meters;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>A sensor that nobody knew while a session ran: an entry of sensors.conf, no restart, and the sealed session has its energy.</summary>
[Collection(EndToEndTests.Name)]
public sealed class SensorByTopicTests(Workshop workshop)
{
    private const string Plug = """{"Time":"2026-03-01T12:00:00","ENERGY":{"Total":21.557,"Power":60,"Voltage":230,"Current":0.27}}""";
    private const string Entry = """sensors { plug { topic = "tele/bench/SENSOR", format = tasmota, device = host, path = "ENERGY.Power", boundary = wall-ac, kind = instantaneous, vouched = "A. Person", accuracy { gain = 0.01, offset = 0, source = "data sheet" } } }""";

    [Fact]
    public async Task What_a_plug_said_before_its_rule_was_written_counts_when_the_session_is_replayed()
    {
        var place = workshop.NewPlace();
        await using var node = await Served.StartAsync(place, "--verbose");
        await using var plug = await OutsidePublisher.ConnectAsync(await node.Melt.PortAsync(), "tele/bench/SENSOR", Plug, TimeSpan.FromMilliseconds(400));
        plug.Begin();
        (await Melt.RunAsync(workshop.NewPlace(), "run", "--at", node.Url, "--baseline", "2", "--cool-down", "0.5", "--", "sleep", "6")).ShouldBeDone();
        (await Melt.RunAsync(place, "report", "last")).ShouldBeDone();
        var before = (await Melt.RunAsync(place, "show", "last", "--json")).ShouldBeDone().Json.At("sessions")[0];
        before.At("energy").EnumerateObject().ShouldBeEmpty();

        File.WriteAllText(Path.Combine(place.Data, "sensors.conf"), Entry);
        await node.Melt.SaysAsync("has what was kept for meter:host/plug");

        var session = (await Melt.RunAsync(place, "show", "last", "--json")).ShouldBeDone().Json.At("sessions")[0];
        var seconds = session.At("metrics").At("e2el_seconds").At("value").GetDouble();
        var energy = session.At("energy").At("wall-ac").At("energy_joules");
        energy.At("value").GetDouble().ShouldBe(60 * seconds, energy.At("u95").GetDouble());
        energy.At("sensors")[0].GetString().ShouldBe("host/plug.power");
        session.At("warnings").EnumerateArray().ShouldContain(w => w.Text("code") == "understood-later");

        var replayed = (await Melt.RunAsync(place, "replay", "last")).ShouldBeDone();
        replayed.Error.ShouldContain("the same as in its report with what was understood then; since then: host/plug was understood after the session");
        (await Melt.RunAsync(place, "report", "last")).ShouldBeDone();
        (await Melt.RunAsync(place, "replay", "last")).ShouldBeDone().Error.ShouldContain("the same as in its report\n");
        var listed = (await Melt.RunAsync(place, "sensors", "list", "--json")).ShouldBeDone().Json.EnumerateArray().Single(m => m.Text("meter") == "host/plug");
        listed.Text("rule").ShouldBe("plug");
    }

    [Fact]
    public async Task A_rule_with_a_mistake_in_it_is_told_and_the_old_ones_hold()
    {
        var place = workshop.NewPlace();
        Directory.CreateDirectory(place.Data);
        File.WriteAllText(Path.Combine(place.Data, "sensors.conf"), Entry);
        await using var node = await Served.StartAsync(place);
        File.WriteAllText(Path.Combine(place.Data, "sensors.conf"), Entry.Replace("tasmota", "tasmoto", StringComparison.Ordinal));
        (await node.Melt.SaysAsync("sensors.conf was changed and is not used")).ShouldContain("\"tasmoto\" is none of");
        await using (var plug = await OutsidePublisher.ConnectAsync(await node.Melt.PortAsync(), "tele/bench/SENSOR", Plug, TimeSpan.FromMilliseconds(1)))
        {
            plug.Begin(most: 5);
            await plug.DoneAsync();
        }
        File.WriteAllText(Path.Combine(place.Data, "sensors.conf"), Entry);
        (await Melt.RunAsync(place, "sensors", "list", "--json")).ShouldBeDone().Json.EnumerateArray().ShouldHaveSingleItem().Text("meter").ShouldBe("host/plug");
    }

    [SkippableFact]
    public async Task At_another_broker_unknown_topics_are_heard_beside_the_readings_and_a_rules_messages_wait_while_MELT_is_away()
    {
        Skip.If(Mosquitto.Program is null, Mosquitto.Missing);
        Tool.Need("mosquitto_pub", "apt-get install mosquitto-clients");
        await using var broker = await Mosquitto.StartAsync();
        var place = workshop.NewPlace();
        string[] serving = ["--verbose", "--broker", string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{broker.Port}")];
        await using (var node = await Served.StartAsync(place, serving))
        {
            await node.Melt.SaysAsync("Unknown topics are heard");
            await PublishAsync(broker, "shellies/bench/relay/0/power", "60", "61", "62");
            File.WriteAllText(Path.Combine(place.Data, "sensors.conf"), """sensors { shelly { topic = "shellies/+device/relay/0/power", format = shelly-gen1, path = power, channel = p, boundary = wall-ac, kind = instantaneous } }""");
            await node.Melt.SaysAsync("messages kept of shellies/bench/relay/0/power are understood now");
            await PublishAsync(broker, "shellies/bench/relay/0/power", "63");
            await node.Melt.SignalAsync("TERM");
            (await node.Melt.EndAsync()).ShouldBeDone();
        }
        await PublishAsync(broker, "shellies/bench/relay/0/power", "64", "65");
        await PublishAsync(broker, "somebody/elses", [.. Enumerable.Range(0, 50).Select(n => n.ToString(CultureInfo.InvariantCulture))]);
        await using (var node = await Served.StartAsync(place, serving))
        {
            await node.Melt.SaysAsync("Unknown topics are heard");
            await PublishAsync(broker, "shellies/bench/relay/0/power", "66");
            await node.Melt.SignalAsync("TERM");
            (await node.Melt.EndAsync()).ShouldBeDone();
        }
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(place.Journal, MeltEvents.Serializer);
        var stored = new List<double>();
        await foreach (var e in journal.ReadAsync("meter:bench/shelly", 1, CancellationToken.None))
            if (e.Event is MeterEvent.SamplesRecorded { Samples: var samples }) stored.AddRange(Enumerable.Range(0, samples.Count).Select(i => samples.Columns[0][i]));
        stored.ShouldBe([60, 61, 62, 63, 64, 65, 66]);
    }

    private static async Task PublishAsync(Mosquitto broker, string topic, params string[] payloads)
    {
        foreach (var payload in payloads)
            (await Tool.RunAsync("mosquitto_pub", "-p", broker.Port.ToString(CultureInfo.InvariantCulture), "-q", "1", "-t", topic, "-m", payload)).ShouldBe((0, ""));
    }
}
