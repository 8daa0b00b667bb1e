using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Decoding.Payloads;

public sealed class HomeAssistantDiscoveryTests
{
    private const string Topic = "homeassistant/sensor/35EBF6_ENERGY_Power/config";

    private static DiscoveredSensor One(string payload) => HomeAssistantDiscovery.Read(Topic, Payload.Bytes(payload)).ShouldBeOfType<DiscoveryResult.Found>().Sensors.ShouldHaveSingleItem();

    // As Tasmota announces its energy sensors.
    [Fact]
    public void An_abbreviated_announcement_of_Tasmota_is_understood() => One(
        """{"name":"3DPrinter ENERGY Power","stat_t":"tele/EZPlug_35EBF6/SENSOR","avty_t":"tele/EZPlug_35EBF6/LWT","pl_avail":"Online","uniq_id":"35EBF6_ENERGY_Power","dev":{"ids":["35EBF6"]},"unit_of_meas":"W","ic":"mdi:x","frc_upd":true,"dev_cla":"power","val_tpl":"{{value_json['ENERGY']['Power']}}"}""")
        .ShouldBe(new("35EBF6_ENERGY_Power", "3DPrinter ENERGY Power", "tele/EZPlug_35EBF6/SENSOR", "ENERGY.Power", "W", "power", null));

    // home-assistant.io, MQTT, "Sensors" and "Naming of MQTT entities".
    [Fact]
    public void A_base_topic_stands_for_the_tilde()
    {
        One("""{"~":"homeassistant/sensor/bedroom","stat_t":"~/state","unit_of_meas":"kWh","dev_cla":"energy","stat_cla":"total_increasing","val_tpl":"{{ value_json.energy | float | round(2) }}"}""")
            .ShouldBe(new("35EBF6_ENERGY_Power", null, "homeassistant/sensor/bedroom/state", "energy", "kWh", "energy", SensorKind.Accumulated));
        One("""{"~":"bedroom","state_topic":"state/~","state_class":"measurement"}""").ShouldSatisfyAllConditions(s => s.StateTopic.ShouldBe("state/bedroom"), s => s.Path.ShouldBeNull(), s => s.Format.ShouldBe("bare"), s => s.Kind.ShouldBeNull());
    }

    // home-assistant.io, MQTT, "Device discovery payload".
    [Fact]
    public void A_device_announces_several_sensors_with_one_topic()
    {
        var found = HomeAssistantDiscovery.Read("homeassistant/device/ea334450945afc/config", Payload.Bytes("""
            {"dev":{"ids":"ea334450945afc","name":"Kitchen"},"o":{"name":"bla2mqtt"},"cmps":{
              "some_unique_component_id1":{"p":"sensor","device_class":"temperature","unit_of_measurement":"°C","value_template":"{{ value_json.temperature}}","unique_id":"temp01ae_t"},
              "some_unique_id2":{"p":"sensor","device_class":"humidity","unit_of_measurement":"%","value_template":"{{ value_json.humidity}}","unique_id":"temp01ae_h"},
              "odd":{"p":"sensor","value_template":"{{ value_json.a + 1 }}"},"button":{"p":"button"}},
             "state_topic":"sensorBedroom/state","qos":2}
            """)).ShouldBeOfType<DiscoveryResult.Found>();
        found.Sensors.ShouldBe([new("temp01ae_t", null, "sensorBedroom/state", "temperature", "°C", "temperature", null), new("temp01ae_h", null, "sensorBedroom/state", "humidity", "%RH", "humidity", null)]);
        found.Skipped.ShouldHaveSingleItem().Text.ShouldContain("value_json.a + 1");
    }

    [Fact]
    public void An_empty_message_takes_the_announcement_back() => HomeAssistantDiscovery.Read(Topic, []).ShouldBeOfType<DiscoveryResult.Removed>();

    [Theory]
    [InlineData("{{ value }}", "")]
    [InlineData("{{value_json.a.b_c}}", "a.b_c")]
    [InlineData("{{ value_json[\"switch:0\"].apower | float(0) }}", "switch:0.apower")]
    [InlineData("{{ value_json.ENERGY.Power[1] | int }}", "ENERGY.Power.1")]
    [InlineData("{{- value_json.x -}}", "x")]
    public void A_template_that_picks_a_value_is_a_path(string template, string expected)
    {
        ValueTemplate.TryParse(template, out var path, out _).ShouldBeTrue();
        path.ShouldBe(expected);
    }

    [Theory]
    [InlineData("{{ value_json.a * 2 }}")]
    [InlineData("{{ value_json.a | default(0) }}")]
    [InlineData("{{ value_json.a | float / 1000 }}")]
    [InlineData("{{ value_json.a | multiply(2) }}")]
    [InlineData("{% if value %}1{% endif %}")]
    [InlineData("{{ states('sensor.x') }}")]
    [InlineData("{{ value_json }}")]
    [InlineData("{{ value_json. }}")]
    [InlineData("{{ value_json.a }} W")]
    [InlineData("value_json.a")]
    public void A_template_that_does_more_is_refused(string template)
    {
        var refused = HomeAssistantDiscovery.Read(Topic, Payload.Bytes(System.Text.Json.JsonSerializer.Serialize(new { stat_t = "a", val_tpl = template }))).ShouldBeOfType<DiscoveryResult.Rejected>();
        refused.Reason.ShouldSatisfyAllConditions(r => r.Code.ShouldBe(Rejection.Shape), r => r.Text.ShouldContain("template"));
    }

    [Theory]
    [InlineData("""{"name":"no topic"}""", Rejection.Shape)]
    [InlineData("""{"stat_t":"a/#"}""", Rejection.Shape)]
    [InlineData("""{"stat_t":5}""", Rejection.Shape)]
    [InlineData("""{"stat_t":"a","dev_cla":"energy","unit_of_meas":"W"}""", Rejection.Invalid)]
    [InlineData("[]", Rejection.Shape)]
    [InlineData("{", Rejection.Malformed)]
    public void An_announcement_that_is_none_is_refused(string payload, string code) =>
        HomeAssistantDiscovery.Read(Topic, Payload.Bytes(payload)).ShouldBeOfType<DiscoveryResult.Rejected>().Reason.Code.ShouldBe(code);

    [Fact]
    public void Only_sensors_and_devices_announce() =>
        HomeAssistantDiscovery.Read("homeassistant/switch/x/config", Payload.Bytes("{}")).ShouldBeOfType<DiscoveryResult.Rejected>();
}
