using MELT.Sensors.Topics;

namespace MELT.Sensors.Tests.Topics;

public sealed class SensorMapTests
{
    private static SensorRule Rule(string name, string topic, string? device = null, string path = "ENERGY.Power") =>
        new(name, topic, "tasmota") { Device = device, Channels = [new() { Name = "p", Path = path }] };

    [Fact]
    public void A_topic_names_the_device_and_the_rule_the_meter()
    {
        var found = new SensorMap([Rule("plug", "tele/+device/SENSOR")]).Find("tele/bench-3/SENSOR").ShouldHaveSingleItem();
        found.Meter.ToString().ShouldBe("bench-3/plug");
        found.Channel.ShouldBeNull();
    }

    [Fact]
    public void Several_rules_of_one_topic_make_several_meters() =>
        new SensorMap([Rule("left", "tele/strip/SENSOR", "pixel-9"), Rule("right", "tele/+/SENSOR", "pixel-8")]).Find("tele/strip/SENSOR")
            .Select(m => m.Meter.ToString()).ShouldBe(["pixel-9/left", "pixel-8/right"]);

    [Fact]
    public void A_level_of_the_topic_that_is_no_name_gives_no_meter()
    {
        var map = new SensorMap([Rule("plug", "tele/+device/SENSOR")]);
        map.Find("tele//SENSOR").ShouldBeEmpty();
        map.Find("tele/a\tb/SENSOR").ShouldBeEmpty();
        map.Find($"tele/{new string('x', 200)}/SENSOR").ShouldBeEmpty();
    }

    [Fact]
    public void What_an_operator_wrote_of_a_field_comes_before_what_its_device_announced()
    {
        var announced = Rule("homeassistant/sensor/plug/power/config", "tele/plug/SENSOR", "plug") with { AnnouncedOn = "homeassistant/sensor/plug/power/config" };
        var other = announced with { Name = "homeassistant/sensor/plug/volt/config", Channels = [new() { Name = "v", Path = "ENERGY.Voltage" }] };
        new SensorMap([announced, other, Rule("mine", "tele/+device/SENSOR")]).Find("tele/plug/SENSOR").Select(m => m.Rule.Name)
            .ShouldBe(["mine", "homeassistant/sensor/plug/volt/config"]);
    }
}
