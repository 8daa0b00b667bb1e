using System.Text.Json;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Decoding;

public sealed class AboutDecoderTests
{
    private const string Plug = """
        {"instrument":"Shelly Plug S","kind":"averaged","period_seconds":1,"window_seconds":1,"stamp_position":"end","latency_seconds":0.3,
         "clock_domain":"plug","channels":[{"name":"p","quantity":"power","unit":"W","boundary":"wall-ac","resolution":0.1,
         "accuracy":{"gain":0.01,"offset":0.1,"source":"data sheet"}}]}
        """;

    private static MeterDescription Decode(string json)
    {
        AboutDecoder.TryDecode(System.Text.Encoding.UTF8.GetBytes(json), out var description, out var rejection).ShouldBeTrue(rejection?.Text);
        return description!;
    }

    [Fact]
    public void A_description_is_read_as_it_was_written()
    {
        var plug = Decode(Plug);
        plug.Instrument.ShouldBe("Shelly Plug S");
        plug.Kind.ShouldBe(SensorKind.Averaged);
        plug.WindowSeconds.ShouldBe(1);
        plug.StampPosition.ShouldBe(StampPosition.End);
        plug.Estimated.ShouldBeFalse();
        plug.Channels[0].ShouldBe(new ChannelDescription { Name = "p", Quantity = "power", Unit = "W", Boundary = "wall-ac", Resolution = 0.1, Accuracy = new(0.01, 0.1, "data sheet") });
        var again = Decode(JsonSerializer.Serialize(plug, MeterJson.Default.MeterDescription));
        again.Channels.ShouldBe(plug.Channels);
        (again with { Channels = default }).ShouldBe(plug with { Channels = default });
    }

    [Fact]
    public void What_is_not_stated_stays_unknown()
    {
        var meter = Decode("""{"channels":[{"name":"x","unit":"furlong"}]}""");
        meter.Kind.ShouldBeNull();
        meter.PeriodSeconds.ShouldBeNull();
        meter.Channels[0].Unit.ShouldBe("furlong");
        meter.Channels[0].Accuracy.ShouldBeNull();
    }

    [Theory]
    [InlineData("", Rejection.Malformed, "not a JSON message")]
    [InlineData("[]", Rejection.Shape, "the message is not an object")]
    [InlineData("""{"chanels":[]}""", Rejection.Shape, "unknown key \"chanels\"")]
    [InlineData("""{"channels":[{"name":"p","units":"W"}]}""", Rejection.Shape, "unknown key \"channels[0].units\"")]
    [InlineData("""{"channels":[{"name":"p","accuracy":{"gain":1,"offset":0,"source":"x","u":1}}]}""", Rejection.Shape, "channels[0].accuracy.u")]
    [InlineData("""{"channels":[{"name":"p","accuracy":{"gain":0.01,"source":"x"}}]}""", Rejection.Shape, "channels[0].accuracy: offset is missing")]
    [InlineData("""{"channels":[{"unit":"W"}]}""", Rejection.Shape, "channels[0]: name is missing")]
    [InlineData("""{"channels":[5]}""", Rejection.Shape, "channels[0] is not an object")]
    [InlineData("""{"channels":{}}""", Rejection.Shape, "channels is not an array")]
    [InlineData("""{"kind":"mean","channels":[{"name":"p"}]}""", Rejection.Shape, "kind is none of instantaneous, averaged, accumulated")]
    [InlineData("""{"kind":1,"channels":[{"name":"p"}]}""", Rejection.Shape, "kind is none of")]
    [InlineData("""{"kind":null,"channels":[{"name":"p"}]}""", Rejection.Shape, "kind is null")]
    [InlineData("""{"period_seconds":"1","channels":[{"name":"p"}]}""", Rejection.Shape, "period_seconds is not a number")]
    [InlineData("""{"estimated":1,"channels":[{"name":"p"}]}""", Rejection.Shape, "estimated is neither true nor false")]
    [InlineData("""{"instrument":"a","instrument":"b","channels":[{"name":"p"}]}""", Rejection.DuplicateKey, "twice")]
    [InlineData("""{"channels":[]}""", Rejection.Invalid, "channels is empty")]
    [InlineData("{}", Rejection.Invalid, "channels is empty")]
    [InlineData("""{"period_seconds":0,"channels":[{"name":"p"}]}""", Rejection.Invalid, "period_seconds is not a positive number")]
    [InlineData("""{"kind":"averaged","window_seconds":-1,"channels":[{"name":"p"}]}""", Rejection.Invalid, "window_seconds is not a positive number")]
    [InlineData("""{"kind":"instantaneous","window_seconds":1,"channels":[{"name":"p"}]}""", Rejection.Invalid, "no channel is averaged")]
    [InlineData("""{"latency_uncertainty_seconds":-1,"channels":[{"name":"p"}]}""", Rejection.Invalid, "latency_uncertainty_seconds")]
    [InlineData("""{"channels":[{"name":"p"},{"name":"p"}]}""", Rejection.Invalid, "described twice")]
    [InlineData("""{"channels":[{"name":""}]}""", Rejection.Invalid, "no channel name")]
    [InlineData("""{"channels":[{"name":"p","unit":""}]}""", Rejection.Invalid, "unit is empty")]
    [InlineData("""{"channels":[{"name":"p","boundary":"socket"}]}""", Rejection.Invalid, "boundary \"socket\" is none of cell")]
    [InlineData("""{"channels":[{"name":"p","resolution":0}]}""", Rejection.Invalid, "resolution")]
    [InlineData("""{"channels":[{"name":"p","accuracy":{"gain":-1,"offset":0,"source":"x"}}]}""", Rejection.Invalid, "accuracy.gain")]
    [InlineData("""{"channels":[{"name":"p","accuracy":{"gain":0,"offset":0,"source":" "}}]}""", Rejection.Invalid, "accuracy.source")]
    [InlineData("""{"channels":[{"name":"p","parent":"q"}]}""", Rejection.Invalid, "parent \"q\" of channel \"p\"")]
    [InlineData("""{"channels":[{"name":"p","parent":"q"},{"name":"q","parent":"p"}]}""", Rejection.Invalid, "its own parent")]
    public void A_bad_description_is_refused_with_the_key_and_what_is_wrong(string json, string code, string text)
    {
        AboutDecoder.TryDecode(System.Text.Encoding.UTF8.GetBytes(json), out var description, out var rejection).ShouldBeFalse();
        description.ShouldBeNull();
        rejection!.Code.ShouldBe(code, rejection.Text);
        rejection.Text.ShouldContain(text);
    }
}
