using System.Globalization;
using System.Text;
using MELT.Actors.Ingest.Foreign;
using MELT.Devices.Time;
using MELT.Host.Configuration;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>A sensor is plugged by example: sniffed, added after one yes, tested; at a real broker, with real publishers.</summary>
[Collection(EndToEndTests.Name)]
public sealed class SensorsPlugTests(Workshop workshop)
{
    private const string Tasmota = """{"Time":"2024-05-01T12:00:00","ENERGY":{"Total":3.705,"Yesterday":0.028,"Today":0.026,"Power":60,"ApparentPower":60,"Factor":1.00,"Voltage":230,"Current":0.261}}""";

    [SkippableFact]
    public async Task Sniff_shows_unknown_plugs_with_the_entry_that_would_read_them()
    {
        await using var broker = await StartAsync();
        var place = workshop.NewPlace();
        await PublishAsync(broker, "tele/desk/SENSOR", Tasmota, "-r");
        await PublishAsync(broker, "shellies/shellyplug-s-1/relay/0/power", "60.00", "-r");
        await PublishAsync(broker, "known/rig/power", "5", "-r");
        await PublishAsync(broker, "melt/v1/phone-1/vbat/about", "{}", "-r");
        Directory.CreateDirectory(place.Data);
        File.WriteAllText(Path.Combine(place.Data, "sensors.conf"), "sensors.known { topic = \"known/+device/power\", format = bare, unit = W }\n");

        await using var sniff = Melt.Start(place, "sensors", "sniff", "--broker", Url(broker), "--seconds", "3", "--json");
        await sniff.SaysAsync("listening to #");
        var said = (await sniff.EndAsync()).ShouldBeDone().Json;

        said.At("topics").EnumerateArray().Select(t => t.Text("topic")).ShouldBe(["shellies/shellyplug-s-1/relay/0/power", "tele/desk/SENSOR"]);
        said.Number("known").ShouldBe(2);
        var proposals = said.At("proposals").EnumerateArray().ToArray();
        proposals.Select(p => p.At("rule").Text("format")).ShouldBe(["shelly-gen1", "tasmota"]);
        proposals[1].Text("entry").ShouldContain("p { path = \"ENERGY.Power\", boundary = wall-ac }");
        proposals[1].At("findings").EnumerateArray().ShouldContain(f => f.Text("about") == "ENERGY.Power" && f.Text("text").Contains("states W"));
        said.At("topics")[1].Number("retained").ShouldBe(1);
    }

    [SkippableFact]
    public async Task Sniff_without_JSON_is_a_page_of_evidence()
    {
        await using var broker = await StartAsync();
        await PublishAsync(broker, "tele/desk/SENSOR", Tasmota, "-r");
        await PublishAsync(broker, "what/is/this", "hello world", "-r");

        var said = (await Melt.RunAsync(workshop.NewPlace(), "sensors", "sniff", "--broker", Url(broker), "--seconds", "2")).ShouldBeDone();

        foreach (var part in new[] { "tele/desk/SENSOR  1 message", "ENERGY.Power = 60 W", "what speaks for it:", "accuracy of", "\"desk-plug\" {", "melt sensors add tele/desk/SENSOR", "no format fits: it begins with 'hello world'" }) said.Output.ShouldContain(part);
    }

    [Fact]
    public async Task Sniff_reads_what_was_kept_of_unknown_topics_without_any_broker()
    {
        var place = workshop.NewPlace();
        await using (var kept = new KeptTopics(new(Path.Combine(place.Data, "unknown-topics")), NullLogger.Instance))
            for (var n = 0; n < 6; n++)
                foreach (var topic in new[] { "tele/desk/SENSOR", "other/x" }) kept.Keep(new MqttDelivery(new MqttMessage(topic, Encoding.UTF8.GetBytes(Tasmota)), duplicate: false, arrivedAt: 0, publisher: null, () => { }), new Stamp(1_760_000_000_000_000_000 + n * 10_000_000_000));

        var said = (await Melt.RunAsync(place, "sensors", "sniff", "tele/#", "--kept", "--json")).ShouldBeDone().Json;

        said.At("topics").EnumerateArray().ShouldHaveSingleItem().At("period_seconds").Real("median").ShouldBe(10);
        said.At("proposals")[0].At("open").EnumerateArray().ShouldContain(gap => gap.Text("what") == "movement");
    }

    [SkippableFact]
    public async Task Add_writes_an_entry_that_is_read_back_as_the_proposed_rule()
    {
        await using var broker = await StartAsync();
        var place = workshop.NewPlace();
        await using (var add = Melt.Start(place, "sensors", "add", "tele/desk/SENSOR", "--device", "phone-1", "--accuracy", "1 % + 100 mW, data sheet 2024", "--kind", "averaged", "--vouched", "A. Smith", "--broker", Url(broker), "--seconds", "60", "--yes"))
        {
            await add.SaysAsync("listening to tele/desk/SENSOR");
            for (var n = 0; n < 5; n++) await PublishAsync(broker, "tele/desk/SENSOR", Tasmota);
            var said = (await add.EndAsync()).ShouldBeDone();
            said.Output.ShouldContain("added \"phone-1-plug\"");
            said.Output.ShouldContain("ENERGY.Power = 60 W");
        }

        var rule = Rules(place).ShouldHaveSingleItem();
        rule.ShouldSatisfyAllConditions(r => r.Name.ShouldBe("phone-1-plug"), r => r.Device.ShouldBe("phone-1"), r => r.Meter.ShouldBe("plug"), r => r.Kind.ShouldBe(SensorKind.Averaged), r => r.Vouched.ShouldBe("A. Smith"), r => r.Instrument.ShouldBe("Tasmota plug"));
        rule.Channels.Single(c => c.Name == "p").ShouldSatisfyAllConditions(c => c.Accuracy.ShouldBe(new Accuracy(0.01, 0.1, "data sheet 2024")), c => c.Boundary.ShouldBe("wall-ac"), c => c.Path.ShouldBe("ENERGY.Power"));

        // What was written is what test reads by.
        var capture = place.Write("capture.json", Tasmota);
        var tested = (await Melt.RunAsync(place, "sensors", "test", "phone-1-plug", capture, "--json")).ShouldBeDone().Json;
        tested.At("readings").EnumerateArray().Select(r => (r.Text("meter"), r.Text("channel"), r.Real("value"), r.Text("unit"))).ShouldContain(("phone-1/plug", "e", 13_338_000d, "J"));

        // The same name again is refused, and replaced when asked for; nothing was heard, so all of it is said.
        string[] again = ["sensors", "add", "lab/x", "--name", "phone-1-plug", "--device", "phone-1", "--format", "bare", "--unit", "mW", "--boundary", "dc-in", "--kind", "averaged", "--seconds", "0", "--yes"];
        (await Melt.RunAsync(place, again)).ShouldFail(2, "phone-1-plug", "--replace");
        (await Melt.RunAsync(place, [.. again, "--replace"])).ShouldBeDone();
        Rules(place).ShouldHaveSingleItem().ShouldSatisfyAllConditions(r => r.Topic.ShouldBe("lab/x"), r => r.Vouched.ShouldBeNull(), r => r.Channels.ShouldHaveSingleItem().Unit.ShouldBe("mW"));
    }

    [SkippableFact]
    public async Task What_is_asked_wrongly_is_said_and_nothing_is_written()
    {
        await using var broker = await StartAsync();
        await PublishAsync(broker, "tele/desk/SENSOR", Tasmota, "-r");
        var place = workshop.NewPlace();
        string[] add = ["sensors", "add", "tele/desk/SENSOR", "--broker", Url(broker), "--seconds", "1"];

        (await Melt.RunAsync(place, add)).ShouldFail(2, "--yes");
        (await Melt.RunAsync(place, [.. add, "--yes", "--unit", "W"])).ShouldFail(2, "--path");
        (await Melt.RunAsync(place, [.. add, "--yes", "--path", "ENERGY.Nope"])).ShouldFail(2, "ENERGY.Nope", "ENERGY.Power");
        (await Melt.RunAsync(place, [.. add, "--yes", "--boundary", "moon"])).ShouldFail(2, "moon", "wall-ac");
        (await Melt.RunAsync(place, "sensors", "add", "nothing/here", "--broker", Url(broker), "--seconds", "0.2", "--yes")).ShouldFail(1, "nothing came on nothing/here");
        (await Melt.RunAsync(place, "sensors", "add", "melt/v1/x", "--yes")).ShouldFail(2, "MELT's own tree");
        (await Melt.RunAsync(place, "sensors", "sniff", "--seconds", "1")).ShouldFail(2, "--broker", "melt.broker.embedded.port");
        (await Melt.RunAsync(place, [.. add, "--dry-run"])).ShouldBeDone().Output.ShouldContain("nothing was written");

        Directory.Exists(place.Data).ShouldBeFalse();
    }

    [Fact]
    public async Task A_captured_payload_is_decoded_recognised_or_refused()
    {
        var place = workshop.NewPlace();
        var capture = place.Write("capture.json", Tasmota);
        place.Write("capture.hex", "36 30 2e 35 20 57");

        (await Melt.RunAsync(place, "sensors", "test", "tasmota", capture)).ShouldBeDone().Output.ShouldContain("ENERGY.Power = 60 W");
        (await Melt.RunAsync(place, "sensors", "test", capture, "--topic", "tele/x/SENSOR")).ShouldBeDone().Output.ShouldStartWith("tasmota: the topic is one of Tasmota's");
        (await Melt.RunAsync(place, "sensors", "test", "bare", "capture.hex", "--hex")).ShouldBeDone().Output.ShouldContain("value = 60.5 W");
        (await Melt.RunAsync(place, "sensors", "test", "senml-json", capture)).ExitCode.ShouldBe(1);
        (await Melt.RunAsync(place, "sensors", "test", "nope", capture)).ShouldFail(2, "nope", "tasmota");
    }

    private static IReadOnlyList<SensorRule> Rules(Place place) => SensorsReader.Load(new ConfigurationSources { ProgramFolder = place.Folder, Environment = _ => null, AddedFolder = place.Data }).Value.ShouldNotBeNull().Rules;

    private static string Url(Mosquitto broker) => string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{broker.Port}");

    private static async Task<Mosquitto> StartAsync()
    {
        Skip.If(Mosquitto.Program is null, Mosquitto.Missing);
        Tool.Need("mosquitto_pub", "apt-get install mosquitto-clients");
        return await Mosquitto.StartAsync();
    }

    private static async Task PublishAsync(Mosquitto broker, string topic, string payload, params string[] more) =>
        (await Tool.RunAsync("mosquitto_pub", ["-h", "127.0.0.1", "-p", broker.Port.ToString(CultureInfo.InvariantCulture), "-q", "1", "-t", topic, "-m", payload, .. more])).ShouldBe((0, ""));
}
