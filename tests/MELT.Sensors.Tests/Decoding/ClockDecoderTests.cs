using MELT.Devices.Time;
using MELT.Sensors.Clocks;
using MELT.Sensors.Decoding;

namespace MELT.Sensors.Tests.Decoding;

public sealed class ClockDecoderTests
{
    [Fact]
    public void Exchanges_are_read_in_order()
    {
        ClockDecoder.TryDecode("""{"exchanges":[{"sent":1,"remote":"50","received":3},{"received":9,"sent":7,"remote":-4}],"domain":"phone-1"}"""u8, out var samples, out var rejection)
            .ShouldBeTrue(rejection?.Text);
        samples!.Domain.ShouldBe("phone-1");
        samples.Exchanges.ShouldBe([new ClockExchange(new Stamp(1), new Stamp(50), new Stamp(3)), new ClockExchange(new Stamp(7), new Stamp(-4), new Stamp(9))]);
    }

    [Theory]
    [InlineData("""{"domain":"d","exchanges":[{"sent":1,"remote":2,"received":3}]}]""", Rejection.Malformed, "not a JSON message")]
    [InlineData("[]", Rejection.Shape, "an array")]
    [InlineData("""{"exchanges":[{"sent":1,"remote":2,"received":3}]}""", Rejection.Shape, "domain is missing")]
    [InlineData("""{"domain":"","exchanges":[{"sent":1,"remote":2,"received":3}]}""", Rejection.Shape, "domain is not")]
    [InlineData("""{"domain":"d","exchanges":[]}""", Rejection.Shape, "missing or empty")]
    [InlineData("""{"domain":"d","exchange":[]}""", Rejection.Shape, "unknown key \"exchange\"")]
    [InlineData("""{"domain":"d","domain":"e"}""", Rejection.DuplicateKey, "domain is given twice")]
    [InlineData("""{"domain":"d","exchanges":[{"sent":1,"remote":2,"received":3},7]}""", Rejection.Shape, "exchange 1 is a number")]
    [InlineData("""{"domain":"d","exchanges":[{"sent":1,"remote":2}]}""", Rejection.Shape, "exchange 0 needs sent, remote and received")]
    [InlineData("""{"domain":"d","exchanges":[{"sent":1,"sent":1,"remote":2,"received":3}]}""", Rejection.DuplicateKey, "sent is given twice")]
    [InlineData("""{"domain":"d","exchanges":[{"sent":1.5,"remote":2,"received":3}]}""", Rejection.Stamp, "exchange 0: sent")]
    [InlineData("""{"domain":"d","exchanges":[{"sent":1,"remote":true,"received":3}]}""", Rejection.Stamp, "exchange 0: remote")]
    [InlineData("""{"domain":"d","exchanges":[{"sent":4,"remote":2,"received":3}]}""", Rejection.Invalid, "received before it was sent")]
    public void Bad_clock_samples_are_refused_with_what_and_where(string json, string code, string text)
    {
        ClockDecoder.TryDecode(System.Text.Encoding.UTF8.GetBytes(json), out var samples, out var rejection).ShouldBeFalse();
        samples.ShouldBeNull();
        rejection!.Code.ShouldBe(code, rejection.Text);
        rejection.Text.ShouldContain(text);
    }
}
