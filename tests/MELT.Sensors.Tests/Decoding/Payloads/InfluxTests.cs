using MELT.Sensors.Decoding;

namespace MELT.Sensors.Tests.Decoding.Payloads;

// Examples of docs.influxdata.com, "Line protocol reference": elements, data types, special characters.
public sealed class InfluxTests
{
    [Theory]
    [InlineData("weather,location=us-midwest temperature=82 1465839830100400200", "weather,location=us-midwest.temperature=82@1465839830100400200")]
    [InlineData("myMeasurement,tag1=value1,tag2=value2 fieldKey=\"fieldValue\" 1556813561098000000", "myMeasurement,tag1=value1,tag2=value2.fieldKey=fieldValue@1556813561098000000")]
    [InlineData("weather,location=us\\,midwest temperature=82 1465839830100400200", "weather,location=us,midwest.temperature=82@1465839830100400200")]
    [InlineData("weather,location=us-midwest temp\\=rature=82 1465839830100400200", "weather,location=us-midwest.temp=rature=82@1465839830100400200")]
    [InlineData("weather,location\\ place=us-midwest temperature=82 1465839830100400200", "weather,location place=us-midwest.temperature=82@1465839830100400200")]
    [InlineData("wea\\,ther,location=us-midwest temperature=82 1465839830100400200", "wea,ther,location=us-midwest.temperature=82@1465839830100400200")]
    [InlineData("weather,location=us-midwest temperature=\"too\\\"hot\\\"\" 1465839830100400200", "weather,location=us-midwest.temperature=too\"hot\"@1465839830100400200")]
    [InlineData("weather,location=us-midwest temperature_str=\"too hot\\\\cold\" 1465839830100400201", "weather,location=us-midwest.temperature_str=too hot\\cold@1465839830100400201")]
    [InlineData("m f=1i", "m.f=1")]
    [InlineData("m f=12485903u", "m.f=12485903")]
    [InlineData("m f=-1.234456e+78", "m.f=-1234456e72")]
    [InlineData("m f=1.0", "m.f=1")]
    [InlineData("m f=TRUE", "m.f=true")]
    [InlineData("m f=f", "m.f=false")]
    public void A_line_is_read(string line, string expected) => Payload.Read("influx", line).Lines().ShouldBe([expected]);

    [Fact]
    public void Several_lines_each_have_their_series_and_time() =>
        Payload.Read("influx-ms", "# a comment\nmeter,ch=a v=4.01,i=250i 1700000000001\n\nmeter,ch=b v=4 1700000000002\r\nmeter v=1").Lines().ShouldBe(
            ["meter,ch=a.v=4.01@1700000000001000000", "meter,ch=a.i=250@1700000000001000000", "meter,ch=b.v=4@1700000000002000000", "meter.v=1"]);

    [Theory]
    [InlineData("influx-s", "1465839830", 1_465_839_830_000_000_000)]
    [InlineData("influx-us", "1465839830100400", 1_465_839_830_100_400_000)]
    public void The_format_says_in_what_the_time_counts(string format, string time, long expected) => Payload.Read(format, $"m f=1 {time}").Fields[0].At!.Value.Nanoseconds.ShouldBe(expected);

    [Theory]
    [InlineData("m")]
    [InlineData("m,tag f=1")]
    [InlineData("m f=")]
    [InlineData("m f=abc")]
    [InlineData("m f=1ix")]
    [InlineData("m f=\"open")]
    [InlineData("m f=1 soon")]
    [InlineData("m f=1 99999999999999999999")]
    [InlineData("m f=NaN")]
    [InlineData(",a=b f=1")]
    public void A_broken_line_is_refused_by_its_number(string line)
    {
        var refused = Payload.Refuse("influx", "m ok=1\n" + line);
        refused.Code.ShouldBe(Rejection.Malformed);
        refused.Text.ShouldStartWith("line 2: ");
    }
}
