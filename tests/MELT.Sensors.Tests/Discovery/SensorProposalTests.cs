using MELT.Sensors.Decoding;
using MELT.Sensors.Discovery.Proposals;
using MELT.Sensors.Meters;
using MELT.Sensors.Tests.Import;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Tests.Discovery;

/// <summary>What is proposed for streams whose truth is written here by hand.</summary>
public sealed class SensorProposalTests
{
    private static string Tasmota(int second, double watts, double kilowattHours) => Stream.Json($$$"""
        {"Time":"2024-05-01T12:{{{second / 60:00}}}:{{{second % 60:00}}}","ENERGY":{"TotalStartTime":"2020-10-21T22:15:00","Total":{{{kilowattHours}}},"Yesterday":0.028,"Today":0.026,"Period":1,"Power":{{{watts}}},"ApparentPower":{{{watts}}},"Factor":1.00,"Voltage":230,"Current":{{{watts / 230:0.000}}}}}
        """);

    private static Stream Plugs(params string[] topics)
    {
        var stream = new Stream();
        for (var n = 0; n < 12; n++)
            foreach (var topic in topics) stream.Send(topic, Tasmota(10 * n, n < 4 ? 0 : 50 + n, 3.7 + n * 0.001));
        return stream;
    }

    [Fact]
    public void A_Tasmota_plug_is_proposed_with_the_units_of_its_format_at_the_wall()
    {
        var proposal = Plugs("tele/lamp/SENSOR").Only();

        proposal.Rule.ShouldSatisfyAllConditions(
            r => r.Topic.ShouldBe("tele/lamp/SENSOR"), r => r.Format.ShouldBe("tasmota"), r => r.Device.ShouldBe("lamp"), r => r.Meter.ShouldBe("plug"), r => r.Name.ShouldBe("lamp-plug"),
            r => r.Instrument.ShouldBe("Tasmota plug"), r => r.PeriodSeconds.ShouldBeNull(), r => r.Clock.ShouldBeNull(), r => r.Kind.ShouldBe(SensorKind.Instantaneous));
        proposal.Channels().ShouldBe(["e ENERGY.Total - wall-ac accumulated", "p ENERGY.Power - wall-ac instantaneous", "v ENERGY.Voltage - wall-ac instantaneous", "i ENERGY.Current - wall-ac instantaneous"]);
        proposal.About("ENERGY.Power", "the format states W: 0–61, falls to 0").Sure.ShouldBe(Sureness.Stated);
        proposal.About("ENERGY.Power", "always ≥ 0: no sign needed");
        proposal.About("ENERGY.Power", "nothing says that Power averages");
        proposal.About("clock", "Time is a local time without a zone, to the second: it is no moment");
        proposal.About("boundary", "Voltage is always 230 V, mains");
        proposal.About("ENERGY.Total", "never falls: accumulated").Sure.ShouldBe(Sureness.Shown);
        proposal.Findings.ShouldContain(f => f.About == "fields" && f.Text.Contains("ENERGY.ApparentPower (apparent-power)"));
        SensorRuleProblems.Of(proposal.Rule).ShouldBeEmpty();
    }

    [Fact]
    public void Two_plugs_whose_topics_differ_in_one_level_share_a_pattern()
    {
        var proposal = Plugs("tele/lamp/SENSOR", "tele/desk/SENSOR").Only();

        proposal.Topics.ShouldBe(["tele/desk/SENSOR", "tele/lamp/SENSOR"]);
        proposal.Rule.ShouldSatisfyAllConditions(r => r.Topic.ShouldBe("tele/+device/SENSOR"), r => r.Device.ShouldBeNull(), r => r.Name.ShouldBe("plug"));
        proposal.About("topic", "2 topics differ in one level only");
        SensorRuleProblems.Of(proposal.Rule).ShouldBeEmpty();
    }

    [Fact]
    public void Topics_of_different_fields_share_none() =>
        SensorProposals.Of(new Stream().Send("lab/rig/power", "5.1").Send("lab/rig/voltage", "12.1").Tell()).Select(p => p.Rule.Topic).ShouldBe(["lab/rig/power", "lab/rig/voltage"]);

    [Fact]
    public void Rails_that_are_told_on_a_topic_each_are_channels_of_one_meter()
    {
        var stream = new Stream(1);
        foreach (var watts in new[] { "1.5 W", "2.5 W", "3 W" }) stream.Send("lab/rig7/power/gpu", watts).Send("lab/rig7/power/cpu", watts);
        var rule = stream.Only().Rule;
        rule.ShouldSatisfyAllConditions(r => r.Topic.ShouldBe("lab/rig7/power/+channel"), r => r.Device.ShouldBe("rig7"));
        rule.Channels.ShouldHaveSingleItem().Name.ShouldBeNull();
        SensorRuleProblems.Of(rule).ShouldBeEmpty();
    }

    [Fact]
    public void Milliamperes_and_milliwatts_show_in_power_being_voltage_times_current()
    {
        // 5.1 V; 100 mA, 250 mA, 400 mA; told as mV, mA, mW.
        var proposal = Stream.Of("bench/rig1/psu", 1, """{"Voltage":5100,"Current":100,"Power":510}""", """{"Voltage":5098,"Current":250,"Power":1274}""", """{"Voltage":5096,"Current":400,"Power":2038}""", """{"Voltage":5096,"Current":410,"Power":2089}""").Only();
        proposal.Channels().ShouldBe(["v Voltage mV - instantaneous", "i Current mA - instantaneous", "p Power mW - instantaneous"]);
        proposal.About("Power", "Power = 1 × Voltage × Current / 10^3 over 4 messages, so mW, mV and mA").Sure.ShouldBe(Sureness.Shown);
        proposal.Rule.Device.ShouldBe("rig1");
    }

    [Fact]
    public void Amperes_told_in_thousandths_show_beside_watts_and_volts()
    {
        // 230 V mains and a load with a power factor; current in mA.
        var proposal = Stream.Of("bench/plug", 1, Enumerable.Range(1, 6).Select(n => Stream.Json($$"""{"power":{{n * 20 * 0.9:0.0}},"voltage":230.{{n}},"current":{{n * 20 * 1000 / 230}},"power_factor":0.9}"""))).Only();
        proposal.Rule.Channels.Single(c => c.Name == "i").Unit.ShouldBe("mA");
        proposal.Rule.Channels.Single(c => c.Name == "p").Unit.ShouldBe("W");
        proposal.About("current", "× current × power_factor / 10^3 over 6 messages, so W, V and mA (mW, V, µA would agree too").Sure.ShouldBe(Sureness.Likely);
        proposal.About("boundary", "the boundary is left open");
        proposal.Rule.Channels.ShouldAllBe(c => c.Boundary == null);
    }

    [Fact]
    public void A_stated_unit_that_contradicts_the_numbers_is_said()
    {
        var proposal = Stream.Of("zigbee2mqtt/plug", 1, """{"power":23000,"voltage":230,"current":0.1,"linkquality":1}""", """{"power":46000,"voltage":230,"current":0.2,"linkquality":1}""", """{"power":69000,"voltage":230,"current":0.3,"linkquality":1}""").Only();
        proposal.About("power", "no units make that a power").Sure.ShouldBe(Sureness.Shown);
    }

    [Fact]
    public void A_counter_that_rises_by_sixty_a_minute_at_sixty_watts_counts_watt_minutes()
    {
        // 60 W, told every 10 s: 600 J, which are 10 watt-minutes.
        var proposal = Stream.Of("bench/meter1/x", 10, Enumerable.Range(0, 61).Select(n => Stream.Json($$"""{"load_w":60,"count":{{1000 + 10 * n}}}"""))).Only();
        proposal.Channels().ShouldBe(["p load_w W - instantaneous", "e count Wmin - accumulated"]);
        proposal.About("count", "count rises by 60 per minute at 60 W: watt-minutes").Sure.ShouldBe(Sureness.Shown);
        proposal.Rule.Channels.Single(c => c.Name == "e").Resolution.ShouldBeNull("it was only seen to move by 10 counts at a time");
    }

    [Fact]
    public void Steps_that_are_seen_are_the_resolution_in_the_base_unit()
    {
        var proposal = Stream.Of("bench/meter1/x", 10, Enumerable.Range(0, 61).Select(n => Stream.Json($$"""{"load_w":{{60 + n % 5 * 0.5}},"count_wmin":{{1000 + 10 * n + n % 3}}}"""))).Only();
        proposal.Rule.Channels.Single(c => c.Name == "e").Resolution.ShouldBe(60);
        proposal.Rule.Channels.Single(c => c.Name == "p").Resolution.ShouldBeNull("five values are few");
        Stream.Of("bench/meter1/x", 10, Enumerable.Range(0, 20).Select(n => Stream.Json($$"""{"load_mw":{{6000 + n * 7 % 19 * 25}}}"""))).Only().Rule.Channels[0].Resolution.ShouldBe(0.025);
    }

    [Theory]
    [InlineData(3600, "J")]
    [InlineData(1000, "mWh")]
    [InlineData(1, "Wh")]
    [InlineData(0.001, "kWh")]
    public void The_slope_of_a_counter_tells_its_unit(double perHourAndWatt, string unit)
    {
        // 720 W for 10 minutes: 120 Wh.
        var proposal = Stream.Of("bench/meter1/x", 10, Enumerable.Range(0, 61).Select(n => Stream.Json($$"""{"power":720,"energy":{{Math.Round(720 * n / 360.0 * perHourAndWatt, 4)}}}"""))).Only();
        proposal.Rule.Channels.Single(c => c.Path == "energy").Unit.ShouldBe(unit);
    }

    [Fact]
    public void A_counter_that_begins_again_is_still_one()
    {
        var counts = new[] { 100, 103, 106, 109, 2, 5, 8, 11 };
        var stream = Stream.Of("bench/m/x", 1, counts.Select(c => Stream.Json($$"""{"energy_j":{{c}}}""")));
        stream.Tell().Topics[0].Best!.Find("energy_j")!.Numbers!.ShouldSatisfyAllConditions(n => n.Resets.ShouldBe(1), n => n.Rise.ShouldBe(20), n => n.IsCounter.ShouldBeTrue());
        stream.Only().About("energy_j", "never falls but to begin again (1 times): accumulated");
    }

    [Fact]
    public void A_power_that_is_never_positive_is_proposed_the_other_way_round()
    {
        var proposal = Stream.Of("phone-1/battery", 1, """{"power_mw":-1500}""", """{"power_mw":-2100}""", """{"power_mw":-900}""").Only();
        proposal.Rule.Channels.ShouldHaveSingleItem().ShouldSatisfyAllConditions(c => c.Scale.ShouldBe(new ExactDecimal(-1, 0)), c => c.Unit.ShouldBe("mW"));
        proposal.About("power_mw", "never above 0 (-2100–-900), so it counts the other way round: sign −");
    }

    [Fact]
    public void A_battery_current_of_both_signs_keeps_its_sign_and_says_what_to_watch()
    {
        var proposal = Stream.Of("phone-1/gauge", 1, """{"battery_current_ma":-1500}""", """{"battery_current_ma":210}""", """{"battery_current_ma":300}""").Only();
        proposal.Rule.Channels.ShouldHaveSingleItem().Scale.ShouldBe(ChannelRule.One);
        proposal.About("battery_current_ma", "negative in 33 % of the messages").Text.ShouldContain("makers differ");
    }

    [Fact]
    public void A_reading_that_never_moves_is_open_until_somebody_vouches()
    {
        var stream = Stream.Of("tele/heater/SENSOR", 10, Enumerable.Range(0, 6).Select(n => Tasmota(10 * n, 60, 3.7)));
        var (proposal, format) = (stream.Only(), stream.Tell().Topics[0].Best);
        RuleGaps.Of(proposal.Rule, format, InstrumentCatalogue.Empty).ShouldContain(g => g.What == "movement" && g.Consequence.Contains("sensor-never-moved"));
        RuleGaps.Of(proposal.Rule with { Vouched = "A. Smith" }, format, InstrumentCatalogue.Empty).ShouldNotContain(g => g.What == "movement");
        RuleGaps.Of(proposal.Rule, format, InstrumentCatalogue.Empty).Select(g => g.What).ShouldBe(["accuracy of e, p", "clock", "movement"]);
    }

    [Fact]
    public void What_is_open_names_its_consequence()
    {
        var rule = Stream.Of("bench/rig/x", 1, """{"foo":1}""", """{"foo":2}""").Only().Rule;
        RuleGaps.Of(rule, null, InstrumentCatalogue.Empty).ShouldContain(g => g.What == "unit of foo" && g.Consequence.Contains("no metric"));
        RuleGaps.Of(rule with { Kind = null, Channels = [rule.Channels[0] with { Unit = "W", Kind = null }] }, null, InstrumentCatalogue.Empty).Select(g => g.What).ShouldBe(["boundary of foo", "kind of foo", "accuracy of foo", "clock"]);
    }

    [Fact]
    public void Times_in_the_payload_are_compared_with_the_arrival()
    {
        var stream = new Stream(1);
        for (var n = 1; n <= 8; n++) stream.Send("rig/x", $$$"""{"ts":{{{stream.At(n).Nanoseconds / 1_000_000 - 3210}}},"values":{"power":{{{n}}}}}""");
        var proposal = stream.Only();
        proposal.Rule.ShouldSatisfyAllConditions(r => r.Format.ShouldBe("thingsboard"), r => r.Clock.ShouldBeNull());
        proposal.About("clock", "3.21 s before the arrival").Sure.ShouldBe(Sureness.Shown);
    }

    [Fact]
    public void A_message_of_several_moments_needs_the_clock_of_its_sender()
    {
        var stream = new Stream(1);
        for (var n = 1; n <= 5; n++) stream.Send("rig9/x", $$$"""[{"ts":{{{stream.At(n).Nanoseconds / 1_000_000 - 500}}},"values":{"power":{{{n}}}}},{"ts":{{{stream.At(n).Nanoseconds / 1_000_000}}},"values":{"power":{{{n + 1}}}}}]""");
        stream.Only().Rule.Clock.ShouldBe("rig9-clock");
    }

    [Fact]
    public void A_format_that_fails_on_a_later_message_loses()
    {
        // Reads as Influx and as lines of cells; then only as lines of cells.
        var stream = Stream.Of("x/y", 1, "0.5,12,0.3,1", "0.5,12,0.4,1", "12");
        stream.Tell().Topics[0].Best!.Format.ShouldBe("csv");
        var json = Stream.Of("tele/x/SENSOR", 1, Tasmota(0, 5, 1), "garbage", Tasmota(20, 6, 1));
        json.Tell().Topics[0].Best!.ShouldSatisfyAllConditions(f => f.Format.ShouldBe("tasmota"), f => f.Rejected.ShouldBe(1), f => f.FirstRejection.ShouldNotBeNull());
        json.Only().Findings.ShouldContain(f => f.About == "format" && f.Text.Contains("2 of 3 messages fit"));
    }

    [Fact]
    public void An_irregular_topic_is_said_to_be_one()
    {
        var stream = new Stream(10);
        var lateness = new[] { 0, 4, -3, 4.5, 0, -4.5, 3 };
        foreach (var late in lateness) stream.Send("a/b", "5 W", late);
        stream.Only().About("period", "perhaps it tells only what changed");
    }

    [Fact]
    public void What_the_broker_had_kept_counts_as_a_value_and_not_as_a_moment()
    {
        var stream = new Stream(10).Send("a/b", "5 W", retained: true).Send("a/b", "6 W");
        stream.Tell().Topics[0].ShouldSatisfyAllConditions(t => t.Messages.ShouldBe(2), t => t.Retained.ShouldBe(1), t => t.Period.ShouldBeNull(), t => t.Best!.Find("value")!.Numbers!.Rises.ShouldBe(0));
    }

    [Fact]
    public void A_device_that_announces_itself_for_Home_Assistant_states_its_unit()
    {
        var stream = new Stream(1).Send("homeassistant/sensor/rig/power/config", """{"name":"Rig","state_topic":"rig/state","value_template":"{{ value_json.load }}","unit_of_measurement":"mW","device_class":"power"}""");
        for (var n = 0; n < 3; n++) stream.Send("rig/state", $$"""{"load":{{n}}}""");
        var proposal = stream.Only();
        proposal.Rule.Channels.ShouldHaveSingleItem().Unit.ShouldBe("mW");
        proposal.About("load", "announces load in mW for Home Assistant (Rig)").Sure.ShouldBe(Sureness.Stated);
    }

    [Fact]
    public void A_Shelly_Plug_counts_watt_minutes_at_the_wall_by_its_topic()
    {
        var stream = new Stream(30);
        for (var n = 0; n < 5; n++) stream.Send("shellies/shellyplug-s-DDEEFF/relay/0/power", "60.00").Send("shellies/shellyplug-s-DDEEFF/relay/0/energy", $"{2632 + n / 2}").Send("shellies/shellyplug-s-DDEEFF/relay/0", "on");
        var proposals = SensorProposals.Of(stream.Tell());
        var energy = proposals.Single(p => p.Rule.Topic.EndsWith("energy", StringComparison.Ordinal));
        energy.Channels().ShouldBe(["e energy - wall-ac accumulated"]);
        energy.About("energy", "the format states Wmin");
        energy.Rule.ShouldSatisfyAllConditions(r => r.Instrument.ShouldBe("Shelly Gen1 plug"), r => r.Device.ShouldBe("shellyplug-s-DDEEFF"), r => r.Meter.ShouldBe("energy"), r => r.Kind.ShouldBe(SensorKind.Accumulated));
        proposals.Single(p => p.Rule.Topic.EndsWith("power", StringComparison.Ordinal)).Channels().ShouldBe(["p power - wall-ac instantaneous"]);
    }

    [SkippableFact]
    public void A_captured_second_Shelly_is_proposed_whole()
    {
        var file = Path.Combine(SharedRecords.Folder("shelly"), "gen2_Shelly_Plus_Plug_S_SNPL-00112EU_20231219-134003-1.1.0-g34b5d4f.json");
        using var capture = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(file));
        var proposal = Stream.Of("shellyplusplugs-aabb/status/switch:0", 1, capture.RootElement.GetProperty("status").GetProperty("switch:0").GetRawText()).Only();
        proposal.Channels().ShouldBe(["e aenergy.total - wall-ac accumulated", "p apower - wall-ac instantaneous", "i current - wall-ac instantaneous", "t temperature.tC - - instantaneous", "v voltage - wall-ac instantaneous"], ignoreOrder: true);
        proposal.Rule.ShouldSatisfyAllConditions(r => r.Device.ShouldBe("shellyplusplugs-aabb"), r => r.Meter.ShouldBe("switch-0"), r => r.Instrument.ShouldBe("Shelly Gen2 PM"));
        SensorRuleProblems.Of(proposal.Rule).ShouldBeEmpty();
    }

    [SkippableFact]
    public void Captured_lines_of_tegrastats_are_proposed_by_rail()
    {
        var lines = File.ReadAllLines(Path.Combine(SharedRecords.Folder("tegrastats"), "orin_nano_jp5.log")).Take(20);
        var proposal = Stream.Of("jetson-1/tegrastats", 1, lines).Only();
        proposal.Rule.Format.ShouldBe("tegrastats");
        proposal.Rule.Channels.Select(c => c.Path).ShouldContain("VDD_IN");
        proposal.Rule.Device.ShouldBe("jetson-1");
        proposal.About("period", "1 s in the middle");
    }

    [Fact]
    public void A_pattern_of_the_operator_is_kept_as_it_was_written()
    {
        TopicPattern.TryParse("tele/+device/SENSOR", out var pattern, out _).ShouldBeTrue();
        var proposal = SensorProposals.For(Plugs("tele/lamp/SENSOR").Tell(), pattern!, ["plug"]).ShouldNotBeNull();
        proposal.Rule.ShouldSatisfyAllConditions(r => r.Topic.ShouldBe("tele/+device/SENSOR"), r => r.Device.ShouldBeNull(), r => r.Name.ShouldBe("plug-2"));
        TopicPattern.TryParse("other/#", out var other, out _).ShouldBeTrue();
        SensorProposals.For(Plugs("tele/lamp/SENSOR").Tell(), other!).ShouldBeNull();
    }
}
