using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Tests.Topics;

public sealed class RuleReaderTests
{
    private static readonly Stamp Arrived = new(1_772_366_400_000_000_000);

    [Fact]
    public void Every_value_is_kept_exactly_in_the_base_unit_of_its_quantity()
    {
        var rule = Rule("json", Channel("p", "mw", unit: "mW"), Channel("e", "kwh", unit: "kWh"), Channel("w", "wmin", unit: "Wmin"), Channel("t", "temp", unit: "°F"));
        var block = Read(rule, """{"mw":60123.4,"kwh":0.001,"wmin":7,"temp":68}""").Blocks.ShouldHaveSingleItem();
        block.Columns.Select(c => (c.Channel, c[0])).ShouldBe([("p", 60.1234), ("e", 3600), ("w", 420), ("t", 20)]);
        (block.StampedOnArrival, block.First).ShouldBe((true, Arrived));
    }

    [Fact]
    public void The_format_says_the_unit_where_the_rule_does_not()
    {
        var reading = Read(Rule("tasmota", Channel("p", "ENERGY.Power"), Channel("e", "ENERGY.Total")), """{"Time":"2026-03-01T12:00:00","ENERGY":{"Power":60,"Total":1.5}}""");
        reading.Channels.Select(c => (c.Name, c.Quantity, c.Unit)).ShouldBe([("p", "power", "W"), ("e", "energy", "J")]);
        reading.Blocks[0].Columns.Select(c => c[0]).ShouldBe([60, 5_400_000]);
    }

    [Fact]
    public void Without_any_unit_values_stay_as_they_came_and_have_none()
    {
        var reading = Read(Rule("json", Channel("p", "x")), """{"x":12.5}""");
        reading.Channels.ShouldHaveSingleItem().Unit.ShouldBeNull();
        reading.Blocks[0].Columns[0][0].ShouldBe(12.5);
    }

    [Fact]
    public void Scale_and_sign_are_exact()
    {
        var rule = Rule("json", Channel("i", "x", unit: "mA") with { Scale = new(-3, -1) });
        var column = Read(rule, """{"x":1234567.8}""").Blocks[0].Columns[0];
        (column.Integers[0], column.Grid).ShouldBe((-37037034, new Grid(1, -5)));
    }

    [Theory]
    [InlineData("""{"p":-2147483648}""", "firmware")]
    [InlineData("""{"p":2000000000}""", "is no power")]
    [InlineData("""{"p":"busy"}""", "the text")]
    public void What_is_no_value_is_rejected_with_the_reason(string payload, string reason)
    {
        var reading = Read(Rule("json", Channel("p", "p", unit: "W")), payload);
        reading.Blocks.ShouldBeEmpty();
        reading.Rejections.ShouldHaveSingleItem().Text.ShouldContain(reason);
    }

    [Fact]
    public void A_field_that_is_no_value_costs_the_others_nothing()
    {
        var reading = Read(Rule("json", Channel("t", "t", unit: "°C"), Channel("p", "p", unit: "W")), """{"t":-256,"p":5}""");
        reading.Blocks[0].Columns.ShouldHaveSingleItem().Channel.ShouldBe("p");
        reading.Rejections.ShouldHaveSingleItem().Text.ShouldContain("switched off");
    }

    [Fact]
    public void A_payload_in_a_unit_of_another_quantity_is_rejected() =>
        Read(Rule("bare", Channel("p", "value") with { Quantity = "power" }), "12 V").Rejections.ShouldHaveSingleItem().Text.ShouldContain("measures voltage, not power");

    [Fact]
    public void A_rule_with_a_clock_takes_the_times_the_payload_tells_and_needs_them()
    {
        var rule = Rule("timed-ms", Channel("p", "p", unit: "W")) with { Clock = "gateway" };
        var block = Read(rule, """[{"ts":1772366400100,"values":{"p":1}},{"ts":1772366400200,"values":{"p":2}}]""").Blocks.ShouldHaveSingleItem();
        block.StampedOnArrival.ShouldBeFalse();
        block.Stamps.ShouldBe([1_772_366_400_100_000_000, 1_772_366_400_200_000_000]);
        Read(rule, """{"p":1}""").Rejections.ShouldHaveSingleItem().Code.ShouldBe(Rejection.Stamp);
    }

    [Fact]
    public void Readings_of_several_moments_in_one_message_need_a_clock()
    {
        var reading = Read(Rule("timed-ms", Channel("p", "p", unit: "W")), """[{"ts":1772366400100,"values":{"p":1}},{"ts":1772366400200,"values":{"p":2}}]""");
        reading.Blocks.ShouldBeEmpty();
        reading.Rejections.ShouldHaveSingleItem().Code.ShouldBe(Rejection.MixedStamps);
    }

    [Fact]
    public void The_time_that_a_payload_tells_is_kept_beside_the_arrival() =>
        Read(Rule("timed-ms", Channel("p", "p", unit: "W")), """{"ts":1772366399900,"values":{"p":1}}""").Told.ShouldBe(new Stamp(1_772_366_399_900_000_000));

    [Fact]
    public void Moments_with_other_channels_are_other_blocks()
    {
        var rule = Rule("timed-ms", Channel("p", "p", unit: "W"), Channel("v", "v", unit: "V")) with { Clock = "gateway" };
        var blocks = Read(rule, """[{"ts":1,"values":{"p":1,"v":2}},{"ts":2,"values":{"p":3,"v":4}},{"ts":3,"values":{"v":5}}]""").Blocks;
        blocks.Select(b => $"{string.Join(',', b.Columns.Select(c => c.Channel))}:{b.Count}").ShouldBe(["p,v:2", "v:1"]);
    }

    [Fact]
    public void What_a_sender_kept_and_told_later_has_no_moment_but_its_own()
    {
        PayloadField late = new("p", PayloadValue.Of(new ExactDecimal(5, 0)), new Stamp(7), "W", Historical: true);
        RuleReader.Read(Match(Rule("sparkplug", Channel("p", "p"))), [late], Arrived).Blocks.ShouldBeEmpty();
        RuleReader.Read(Match(Rule("sparkplug", Channel("p", "p")) with { Clock = "node" }), [late], Arrived).Blocks.ShouldHaveSingleItem().First.ShouldBe(new Stamp(7));
    }

    [Fact]
    public void A_payload_without_the_fields_of_the_rule_says_nothing() => Read(Rule("json", Channel("p", "p")), """{"q":1}""").IsEmpty.ShouldBeTrue();

    [Fact]
    public void The_topic_names_the_channel_where_the_rule_does_not()
    {
        var rule = new SensorRule("any", "lab/+device/+channel", "bare") { Channels = [new() { Path = "value", Unit = "W" }] };
        var match = new SensorMap([rule]).Find("lab/orin/vdd").ShouldHaveSingleItem();
        RuleReader.Read(match, Decoded("bare", "12.5"), Arrived).Blocks[0].Columns[0].Channel.ShouldBe("vdd");
    }

    private static ChannelRule Channel(string name, string path, string? unit = null) => new() { Name = name, Path = path, Unit = unit };
    private static SensorRule Rule(string format, params ChannelRule[] channels) => new("rule", "t/+device", format) { Channels = [.. channels] };
    private static RuleMatch Match(SensorRule rule) => new SensorMap([rule]).Find("t/d").ShouldHaveSingleItem();
    private static RuleReading Read(SensorRule rule, string payload) => RuleReader.Read(Match(rule), Decoded(rule.Format, payload), Arrived);

    private static System.Collections.Immutable.ImmutableArray<PayloadField> Decoded(string format, string payload) =>
        PayloadFormats.Find(format)!.Decode(new("t/d", System.Text.Encoding.UTF8.GetBytes(payload), Arrived), null).ShouldBeOfType<PayloadResult.Decoded>().Fields;
}
