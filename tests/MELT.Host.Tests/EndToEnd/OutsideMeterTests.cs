using System.Globalization;
using System.Text.Json;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>A meter that nobody described is recorded with the session of its device and enters no number.</summary>
[Collection(EndToEndTests.Name)]
public sealed class OutsideMeterTests(Workshop workshop)
{
    [SkippableFact]
    public async Task A_reading_that_mosquitto_publishes_to_an_unknown_meter_is_kept_and_enters_no_metric()
    {
        Tool.Need("mosquitto_pub", "apt-get install mosquitto-clients");
        var place = workshop.NewPlace();
        await using var melt = Melt.Start(place, "run", "--device", "simulated:phone-monsoon:1", "--baseline", "1", "--cool-down", "0.1", "-p", "4", "-n", "2", "--json");
        var port = await melt.PortAsync();
        await melt.SaysAsync("baseline");
        foreach (var payload in new[] { """{"value":41.5}""", """{"value":42}""", """{"valve":1}""" })
            (await Tool.RunAsync("mosquitto_pub", "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-q", "1", "-t", "melt/v1/simulated-phone-monsoon/mystery/readings", "-m", payload)).ShouldBe((0, ""));

        var session = (await melt.EndAsync()).ShouldBeDone().Json.At("sessions")[0];

        var meter = session.At("meters").EnumerateArray().Single(m => m.Text("meter") == "simulated-phone-monsoon/mystery");
        meter.Number("readings", "stored").ShouldBe(2);
        meter.Number("readings", "rejected").ShouldBe(1);
        Sensors(session.At("metrics")).Concat(Sensors(session.At("energy"))).ShouldNotBeEmpty();
        Sensors(session.At("metrics")).Concat(Sensors(session.At("energy"))).ShouldAllBe(sensor => !sensor.Contains("mystery", StringComparison.Ordinal));

        (await Melt.RunAsync(place, "export", "last", "out")).ShouldBeDone();
        var folder = Path.Combine(place.Folder, "out", session.Text("session"));
        var described = Csv.Read(Path.Combine(folder, "meters.csv")).Single(m => m["meter"] == "simulated-phone-monsoon/mystery");
        described["unit"].ShouldBe("unknown");
        Csv.Read(Path.Combine(folder, "readings", described["file"])).Select(r => r.Double(described["channel"])).ShouldBe([41.5, 42]);
    }

    private static IEnumerable<string> Sensors(JsonElement of) => of.ValueKind switch
    {
        JsonValueKind.Object => of.EnumerateObject().SelectMany(p => p.Name == "sensors" ? p.Value.EnumerateArray().Select(s => s.GetString()!) : Sensors(p.Value)),
        JsonValueKind.Array => of.EnumerateArray().SelectMany(Sensors),
        _ => [],
    };
}
