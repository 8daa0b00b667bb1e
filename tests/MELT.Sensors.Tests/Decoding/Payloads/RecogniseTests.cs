using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Tests.Decoding.Payloads;

public sealed class RecogniseTests
{
    [Theory]
    [InlineData("tele/lamp/SENSOR", """{"Time":"2022-01-11T21:57:38","ENERGY":{"Power":5}}""", "tasmota")]
    [InlineData("plugs/lamp", """{"Time":"2022-01-11T21:57:38","ENERGY":{"Power":5}}""", "tasmota")]
    [InlineData("shellies/plug/relay/0/energy", "2632", "shelly-gen1")]
    [InlineData("plug/status/switch:0", """{"id":0,"apower":2.7,"aenergy":{"total":7258.589}}""", "shelly-gen2")]
    [InlineData("zigbee2mqtt/plug", """{"power":2.7,"linkquality":20}""", "zigbee2mqtt")]
    [InlineData("v1/devices/me/telemetry", """{"power":2.7}""", "thingsboard")]
    [InlineData("x", """[{"ts":1759999999000,"values":{"p":1}}]""", "thingsboard")]
    [InlineData("x", """[{"ts":1759999999,"values":{"p":1}}]""", "timed-s")]
    [InlineData("x", """[{"n":"urn:x","u":"W","v":5}]""", "senml-json")]
    [InlineData("x", "weather,location=us temperature=82 1759999999000", "influx-ms")]
    [InlineData("x", "timestamp, power.draw [W]\n2023/07/30 17:28:02.589, 78.66", "nvidia-smi")]
    [InlineData("x", "1,2,3", "csv")]
    [InlineData("x", "60.1", "bare")]
    [InlineData("x", """{"p":1}""", "json")]
    public void The_best_format_comes_first_with_its_evidence(string topic, string payload, string expected)
    {
        var proposals = PayloadFormats.Recognise(topic, Payload.Bytes(payload), Payload.Arrived);
        proposals[0].Format.Name.ShouldBe(expected);
        proposals.ShouldAllBe(p => p.Evidence.Sentence.Length > 10);
    }

    [Fact]
    public void Sparkplug_is_known_by_its_topic() => PayloadFormats.Recognise("spBv1.0/G1/NBIRTH/E1", SparkplugTests.NodeBirth(), Payload.Arrived)[0].Format.Name.ShouldBe("sparkplug");

    [Theory]
    [InlineData("hello world")]
    [InlineData("")]
    public void What_nothing_fits_has_no_proposal(string payload) => PayloadFormats.Recognise("x", Payload.Bytes(payload), Payload.Arrived).ShouldBeEmpty();

    [Fact]
    public void Every_format_is_found_by_its_name() => PayloadFormats.All.ShouldAllBe(f => PayloadFormats.Find(f.Name) == f);
}
