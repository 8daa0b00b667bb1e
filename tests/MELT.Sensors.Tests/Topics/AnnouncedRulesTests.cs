using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Tests.Topics;

public sealed class AnnouncedRulesTests
{
    [Fact]
    public void A_device_that_announces_a_counter_gets_a_meter_with_what_it_said_and_nothing_more()
    {
        var rule = Read("homeassistant/sensor/plug-3/energy/config",
            """{"name":"Energy","state_topic":"zigbee2mqtt/plug-3","value_template":"{{ value_json.energy }}","unit_of_measurement":"kWh","device_class":"energy","state_class":"total_increasing","unique_id":"plug-3_energy"}""").ShouldHaveSingleItem();
        (rule.Topic, rule.Format, rule.Device, rule.Meter, rule.Kind, rule.AnnouncedOn).ShouldBe(("zigbee2mqtt/plug-3", "json", "plug-3", "energy", SensorKind.Accumulated, "homeassistant/sensor/plug-3/energy/config"));
        var channel = rule.Channels.ShouldHaveSingleItem();
        (channel.Name, channel.Path, channel.Unit, channel.Boundary).ShouldBe(("e", "energy", "kWh", null));
        SensorRuleProblems.Of(rule).ShouldBeEmpty();
    }

    [Fact]
    public void A_measurement_says_no_kind() =>
        Read("homeassistant/sensor/power/config", """{"state_topic":"p","unit_of_measurement":"W","device_class":"power","state_class":"measurement"}""").ShouldHaveSingleItem().Kind.ShouldBeNull();

    [Fact]
    public void An_empty_message_takes_everything_back() => Read("homeassistant/sensor/power/config", "").ShouldBeEmpty();

    [Fact]
    public void Nobody_announces_a_sensor_in_MELTs_own_tree()
    {
        AnnouncedRules.Read("homeassistant/sensor/power/config", """{"state_topic":"melt/v1/phone/vbat/readings","unit_of_measurement":"W"}"""u8, out var refused).ShouldBeEmpty();
        refused.ShouldHaveSingleItem().Text.ShouldContain("MELT's own tree");
    }

    private static IEnumerable<SensorRule> Read(string topic, string payload) => AnnouncedRules.Read(topic, System.Text.Encoding.UTF8.GetBytes(payload), out _);
}
