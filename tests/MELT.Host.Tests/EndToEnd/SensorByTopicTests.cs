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
        await using var plug = await OutsidePublisher.ConnectAsync(await node.Melt.PortAsync(), "tele/bench/SENSOR", Plug, TimeSpan.FromMilliseconds(50));
        plug.Begin();
        (await Melt.RunAsync(workshop.NewPlace(), "run", "--at", node.Url, "--baseline", "0.5", "--cool-down", "0.5", "--", "sleep", "2")).ShouldBeDone();
        (await Melt.RunAsync(place, "report", "last")).ShouldBeDone();
        var before = (await Melt.RunAsync(place, "show", "last", "--json")).ShouldBeDone().Json.At("sessions")[0];
        before.At("energy").EnumerateObject().ShouldBeEmpty();

        File.WriteAllText(Path.Combine(place.Data, "sensors.conf"), Entry);
        await node.Melt.SaysAsync("host/plug was understood after the session");

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
}
