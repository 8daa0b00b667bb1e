using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Tests.Decoding.Payloads;

public sealed class BareAndJsonTests
{
    [Theory]
    [InlineData("12.3", "value=12.3")]
    [InlineData(" 60.10\n", "value=60.1")]
    [InlineData("+007.50", "value=7.5")]
    [InlineData("-1e-3", "value=-0.001")]
    [InlineData("12.3 W", "value=12.3 W")]
    [InlineData("230V", "value=230 V")]
    [InlineData("1.5 watts", "value=1.5 W")]
    [InlineData("21.5 °C", "value=21.5 °C")]
    [InlineData("ON", "value=true")]
    [InlineData("off", "value=false")]
    [InlineData("online", "value=online")]
    [InlineData("12.3 furlongs", "value=12.3 furlongs")]            // an unknown unit is not a number without a unit
    [InlineData("0.1000000000000000055511151231257827", "value=0.1")]
    public void A_bare_value_is_read_as_it_stands(string payload, string expected) => Payload.Read("bare", payload).Lines().ShouldBe([expected]);

    [Theory]
    [InlineData("", Rejection.Shape)]
    [InlineData("NaN", Rejection.NotFinite)]
    [InlineData("-inf", Rejection.NotFinite)]
    [InlineData("unavailable", Rejection.NotFinite)]
    [InlineData("[N/A]", Rejection.NotFinite)]
    [InlineData("{\"a\":1}", Rejection.Shape)]
    [InlineData("1\n2", Rejection.Shape)]
    public void What_is_no_bare_value_is_refused(string payload, string code) => Payload.Refuse("bare", payload).Code.ShouldBe(code);

    [Fact]
    public void Every_leaf_of_JSON_is_a_field_under_its_path() =>
        Payload.Read("json", """{"a":{"b":[1,{"c":"2.50"}],"on":true,"none":null,"nan":"NaN"},"p":"12.3 W","s":"text","switch:0":-0.0}""").Lines()
            .ShouldBe(["a.b.0=1", "a.b.1.c=2.5", "a.on=true", "p=12.3 W", "s=text", "switch:0=0"]);

    [Fact]
    public void Elements_of_an_array_are_named_by_their_index() => Payload.Read("json", "[60.1,60.20,[3]]").Lines().ShouldBe(["0=60.1", "1=60.2", "2.0=3"]);

    [Fact]
    public void A_number_keeps_all_its_digits() => Payload.Read("json", """{"n":1234567890.123456789}""").Field("n").Value.Number.ShouldBe(new ExactDecimal(1234567890123456789, -9));

    [Fact]
    public void A_number_beyond_every_measure_is_left_out_with_a_reason()
    {
        var decoded = Payload.Read("json", """{"a":1e999,"b":1}""");
        decoded.Lines().ShouldBe(["b=1"]);
        decoded.Skipped.ShouldHaveSingleItem().Code.ShouldBe(Rejection.NotFinite);
    }

    [Fact]
    public void A_key_that_is_given_twice_is_refused()
    {
        Payload.Refuse("json", """{"a":1,"b":2,"a":3}""").Code.ShouldBe(Rejection.DuplicateKey);
        Payload.Refuse("json", """{"a.b":1,"a":{"b":2}}""").Code.ShouldBe(Rejection.DuplicateKey);
    }

    [Fact]
    public void Depth_and_weight_are_bounded()
    {
        Payload.Read("json", new string('[', 16) + "1" + new string(']', 16)).Fields.Length.ShouldBe(1);
        Payload.Refuse("json", new string('[', 17) + "1" + new string(']', 17)).Code.ShouldBe(Rejection.Malformed);
        Payload.Refuse("json", $"[{string.Join(',', Enumerable.Repeat("1", 20_000))}]").Code.ShouldBe(Rejection.TooLarge);
        Payload.Refuse("json", $"\"{new string('x', PayloadLimits.LongestPayload)}\"").Code.ShouldBe(Rejection.TooLarge);
        Payload.Read("json", $$"""{"{{new string('k', 300)}}":1,"b":2}""").Lines().ShouldBe(["b=2"]);
    }

    [Theory]
    [InlineData("{\"a\":1}x")]
    [InlineData("{\"a\":")]
    [InlineData("")]
    [InlineData("{\"\\ud800\":1}")]
    public void What_is_not_JSON_is_refused(string payload) => Payload.Refuse("json", payload).Code.ShouldBe(Rejection.Malformed);
}
