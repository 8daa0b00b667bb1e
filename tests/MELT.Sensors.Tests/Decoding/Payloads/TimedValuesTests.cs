using MELT.Sensors.Decoding;

namespace MELT.Sensors.Tests.Decoding.Payloads;

public sealed class TimedValuesTests
{
    // thingsboard.io/docs/reference/mqtt-api/telemetry
    [Fact]
    public void Telemetry_of_ThingsBoard_has_its_time_in_milliseconds()
    {
        Payload.Read("thingsboard", """{"ts": 1451649600512, "values": {"temperature": 22.5, "humidity": 61}}""").Lines()
            .ShouldBe(["temperature=22.5@1451649600512000000", "humidity=61@1451649600512000000"]);
        Payload.Read("thingsboard", """[{"ts": 1451649600000, "values": {"temperature": 22.5}}, {"values": {"temperature": 22.7}, "ts": 1451649601000}]""").Lines()
            .ShouldBe(["temperature=22.5@1451649600000000000", "temperature=22.7@1451649601000000000"]);
    }

    [Fact]
    public void A_plain_object_has_no_time() =>
        Payload.Read("thingsboard", """{"temperature": 22.5, "nested": {"key": "value"}, "list": [1, 2]}""").Lines().ShouldBe(["temperature=22.5", "nested.key=value", "list.0=1", "list.1=2"]);

    [Fact]
    public void Below_a_gateway_the_devices_name_begins_the_path() =>
        Payload.Decode("thingsboard", Payload.Bytes("""{"Device A":[{"ts":1483228800000,"values":{"temperature":42}},{"ts":1483228801000,"values":{"temperature":43}}]}""")).Understood().Lines()
            .ShouldBe(["Device A.temperature=42@1483228800000000000", "Device A.temperature=43@1483228801000000000"]);

    [Theory]
    [InlineData("timed-s", "1451649600.5", 1_451_649_600_500_000_000)]
    [InlineData("timed-us", "1451649600500001", 1_451_649_600_500_001_000)]
    [InlineData("timed-ns", "1451649600500000001", 1_451_649_600_500_000_001)]
    [InlineData("timed-s", "\"2016-01-01T12:00:00.5Z\"", 1_451_649_600_500_000_000)]
    public void The_format_says_in_what_the_time_counts(string format, string ts, long expected) =>
        Payload.Read(format, $$$"""[{"ts":{{{ts}}},"values":{"v":4}}]""").Field("v").At!.Value.Nanoseconds.ShouldBe(expected);

    [Theory]
    [InlineData("""{"ts":"noon","values":{"v":1}}""", Rejection.Stamp)]
    [InlineData("""{"ts":true,"values":{"v":1}}""", Rejection.Stamp)]
    [InlineData("""{"ts":1e300,"values":{"v":1}}""", Rejection.Stamp)]
    [InlineData("""{"ts":1,"ts":2,"values":{"v":1}}""", Rejection.DuplicateKey)]
    [InlineData("""[{"ts":1,"values":{"v":1}},{"ts":1,"values":{"v":2}}]""", Rejection.DuplicateKey)]
    [InlineData("""{"ts":1,"values":[1]}""", Rejection.Shape)]
    [InlineData("[1]", Rejection.Shape)]
    public void A_wrong_entry_is_refused(string payload, string code) => Payload.Refuse("timed-ms", payload).Code.ShouldBe(code);
}
