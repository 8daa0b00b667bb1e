using System.Text.Json;
using MELT.Sensors.Tests.Import;

namespace MELT.Sensors.Tests.Decoding.Payloads;

public sealed class PlugTests
{
    // A Tasmota plug as published: blog.mylocalbytes.com, "Accessing power usage from Tasmota smart plugs".
    private const string Tasmota = """
        {"Time":"2022-01-11T21:57:38","ENERGY":{"TotalStartTime":"2020-10-21T22:15:00","Total":3.705,"Yesterday":0.028,"Today":0.026,"Period":1,"Power":5,
        "ApparentPower":5,"ReactivePower":0,"Factor":1.00,"Voltage":233,"Current":0.021}}
        """;

    [Fact]
    public void A_Tasmota_plug_states_its_units_by_its_keys_and_its_local_time_is_no_stamp()
    {
        var decoded = Payload.Read("tasmota", Tasmota, "tele/livingroom-lamp/SENSOR");
        decoded.Lines().ShouldBe(
        [
            "Time=2022-01-11T21:57:38", "ENERGY.TotalStartTime=2020-10-21T22:15:00", "ENERGY.Total=3.705 kWh", "ENERGY.Yesterday=0.028 kWh", "ENERGY.Today=0.026 kWh", "ENERGY.Period=1 Wh",
            "ENERGY.Power=5 W", "ENERGY.ApparentPower=5 VA", "ENERGY.ReactivePower=0 var", "ENERGY.Factor=1 1", "ENERGY.Voltage=233 V", "ENERGY.Current=0.021 A",
        ]);
        decoded.Fields.ShouldAllBe(f => f.At == null);
    }

    [Fact]
    public void A_Tasmota_device_with_phases_has_a_field_for_each() =>
        Payload.Read("tasmota", """{"Time":"2024-01-11T21:57:38","ENERGY":{"Power":[5,6,7],"Voltage":[230,231,229]}}""").Lines().Skip(1)
            .ShouldBe(["ENERGY.Power.0=5 W", "ENERGY.Power.1=6 W", "ENERGY.Power.2=7 W", "ENERGY.Voltage.0=230 V", "ENERGY.Voltage.1=231 V", "ENERGY.Voltage.2=229 V"]);

    [SkippableFact]
    public void The_status_answers_of_Tasmotas_documentation_are_read()
    {
        var page = File.ReadAllText(Path.Combine(SharedRecords.Folder("tasmota"), "JSON-Status-Responses.md"));
        Sensors(page, "## POW").Lines().ShouldBe(
            ["StatusSNS.Time=2018.02.04 23:17:01", "StatusSNS.ENERGY.Total=3.185 kWh", "StatusSNS.ENERGY.Yesterday=3.058 kWh", "StatusSNS.ENERGY.Today=0.127 kWh",
             "StatusSNS.ENERGY.Power=0 W", "StatusSNS.ENERGY.Factor=0 1", "StatusSNS.ENERGY.Voltage=221 V", "StatusSNS.ENERGY.Current=0 A"]);
        Sensors(page, "### SHT3X").Lines().ShouldBe(
            ["StatusSNS.Time=2018-02-07T20:16:19", "StatusSNS.DHT11.Temperature=78.8 °F", "StatusSNS.DHT11.Humidity=27 %RH", "StatusSNS.SHT3X.Temperature=74.8 °F", "StatusSNS.SHT3X.Humidity=18.9 %RH", "StatusSNS.TempUnit=F"]);
        Sensors(page, "### BMP280").Field("StatusSNS.BMP280.Temperature").Unit.ShouldBeNull("the payload does not say which");
        Sensors(page, "### PMS5003").Field("StatusSNS.PMS5003.CF2.5").Value.ToString().ShouldBe("2");
    }

    [Theory]
    [InlineData("shellies/shellyplug-s-DDEEFF/relay/0/power", "20.43", "power=20.43 W")]
    [InlineData("shellies/shellyplug-s-DDEEFF/relay/0/energy", "2632", "energy=2632 Wmin")]
    [InlineData("shellies/shellyem-1/emeter/1/total", "12.5", "total=12.5 Wh")]
    [InlineData("shellies/shellyem-1/emeter/1/returned_energy", "60", "returned_energy=60 Wmin")]
    [InlineData("shellies/shellyem-1/emeter/1/voltage", "231.02", "voltage=231.02 V")]
    [InlineData("shellies/shellyplug-s-DDEEFF/relay/0", "on", "0=true")]
    [InlineData("shellies/shellyplug-s-DDEEFF/", "1", "value=1")]
    [InlineData("shellies/shellyplug-s-DDEEFF/temperature", "24.14", "temperature=24.14 °C")]
    public void The_topic_of_a_first_Shelly_states_the_unit(string topic, string payload, string expected) => Payload.Read("shelly-gen1", payload, topic).Lines().ShouldBe([expected]);

    [SkippableFact]
    public void The_status_of_a_first_Shelly_counts_watt_minutes()
    {
        var decoded = Payload.Decode("shelly-gen1", Status("gen1_Shelly_Plug_S_SHPLG-S_20230913-113421-v1.14.0-gcb84623.json")).Understood();
        Line(decoded, "meters.0.power").ShouldBe("0 W");
        Line(decoded, "meters.0.total").ShouldBe("2632 Wmin");
        Line(decoded, "meters.0.counters.2").ShouldBe("0 Wmin");
        Line(decoded, "tmp.tC").ShouldBe("24.14 °C");
        Line(decoded, "tmp.tF").ShouldBe("75.45 °F");
        Line(decoded, "temperature").ShouldBe("24.14 °C");
        decoded.Field("meters.0.timestamp").Unit.ShouldBeNull();
        decoded.Fields.ShouldAllBe(f => f.At == null);
    }

    [SkippableFact]
    public void The_status_of_a_second_Shelly_counts_watt_hours()
    {
        var decoded = Payload.Decode("shelly-gen2", Status("gen2_Shelly_Plus_Plug_S_SNPL-00112EU_20231219-134003-1.1.0-g34b5d4f.json", "switch:0")).Understood();
        Line(decoded, "apower").ShouldBe("2.7 W");
        Line(decoded, "voltage").ShouldBe("227.9 V");
        Line(decoded, "current").ShouldBe("0.121 A");
        Line(decoded, "aenergy.total").ShouldBe("7258.589 Wh");
        Line(decoded, "aenergy.by_minute.1").ShouldBe("45.552 mWh");
        Line(decoded, "temperature.tC").ShouldBe("32.1 °C");
        decoded.Field("output").Value.IsTrue.ShouldBeTrue();
    }

    // shelly-api-docs.shelly.cloud, gen2, "Notifications".
    [Fact]
    public void A_notification_of_a_second_Shelly_has_a_moment()
    {
        var decoded = Payload.Read("shelly-gen2", """{"src":"shellyplus1pm-f008d1d8b8b8","dst":"user_1","method":"NotifyStatus","params":{"ts":1631186545.04,"switch:0":{"id":0,"apower":8.9}}}""", "shellyplus1pm-f008d1d8b8b8/events/rpc");
        decoded.Field("switch:0.apower").ShouldSatisfyAllConditions(f => f.Unit.ShouldBe("W"), f => f.At!.Value.Nanoseconds.ShouldBe(1_631_186_545_040_000_000), f => f.Value.ToString().ShouldBe("8.9"));
        decoded.Field("method").At.ShouldBeNull();
    }

    // zigbee2mqtt.io, "MQTT Topics and Messages".
    [Fact]
    public void A_plug_of_zigbee2mqtt_tells_volts_and_a_battery_millivolts()
    {
        Payload.Read("zigbee2mqtt", """{"state":"ON","power":15.43,"voltage":230,"current":0.07,"energy":1.23,"linkquality":120,"last_seen":"2024-05-01T12:00:00+02:00"}""").Lines().ShouldBe(
            ["state=true@1714557600000000000", "power=15.43 W@1714557600000000000", "voltage=230 V@1714557600000000000", "current=0.07 A@1714557600000000000", "energy=1.23 kWh@1714557600000000000", "linkquality=120@1714557600000000000", "last_seen=2024-05-01T12:00:00+02:00@1714557600000000000"]);
        Payload.Read("zigbee2mqtt", """{"temperature":27.34,"humidity":44.72,"battery":90,"voltage":2985}""").Lines().ShouldBe(["temperature=27.34 °C", "humidity=44.72 %RH", "battery=90 %", "voltage=2985 mV"]);
        Payload.Read("zigbee2mqtt", """{"voltage":2985,"linkquality":1}""").Field("voltage").Unit.ShouldBeNull("nothing shows which it is");
    }

    private static string Line(MELT.Sensors.Decoding.Payloads.PayloadResult.Decoded decoded, string path) => decoded.Field(path) is var f ? $"{f.Value} {f.Unit}" : "";

    private static MELT.Sensors.Decoding.Payloads.PayloadResult.Decoded Sensors(string page, string heading)
    {
        var from = page.IndexOf("\"StatusSNS\"", page.IndexOf(heading, StringComparison.Ordinal), StringComparison.Ordinal);
        var (depth, end) = (0, page.IndexOf('{', from));
        do depth += page[end++] switch { '{' => 1, '}' => -1, _ => 0 }; while (depth > 0);
        return Payload.Read("tasmota", $"{{{page[from..end]}}}", "stat/x/STATUS8");
    }

    private static byte[] Status(string file, string? part = null)
    {
        using var capture = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedRecords.Folder("shelly"), file)));
        var status = capture.RootElement.GetProperty("status");
        return Payload.Bytes((part is null ? status : status.GetProperty(part)).GetRawText());
    }
}
