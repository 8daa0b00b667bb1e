using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Tests.Decoding.Payloads;

public sealed class PayloadUnitTests
{
    private static ExactDecimal Number(string text) => Payload.Read("bare", text).Fields[0].Value.Number;

    [Theory]
    [InlineData("1.5", "kW", "power", "W", "1500")]
    [InlineData("78.66", "mW", "power", "W", "0.07866")]
    [InlineData("2632", "Wmin", "energy", "J", "157920")]
    [InlineData("1", "kWh", "energy", "J", "3600000")]
    [InlineData("45.552", "mWh", "energy", "J", "163.9872")]
    [InlineData("1", "mAh", "charge", "C", "3.6")]
    [InlineData("12000", "mV", "voltage", "V", "12")]
    [InlineData("250", "µA", "current", "A", "0.00025")]
    [InlineData("300.15", "K", "temperature", "°C", "27")]
    [InlineData("23.1", "Cel", "temperature", "°C", "23.1")]
    [InlineData("212", "°F", "temperature", "°C", "100")]
    [InlineData("74.8", "°F", "temperature", "°C", "23.777777777")]
    [InlineData("1410", "MHz", "frequency", "Hz", "1410000000")]
    [InlineData("7", "%", "ratio", "1", "0.07")]
    [InlineData("3", "KiB", "memory", "B", "3072")]
    [InlineData("3", "kB", "memory", "B", "3000")]
    public void A_known_unit_is_converted_exactly(string told, string symbol, string quantity, string @base, string expected)
    {
        PayloadUnits.TryFind(symbol, out var unit).ShouldBeTrue();
        (unit!.Quantity, unit.Base).ShouldBe((quantity, @base));
        unit.TryConvert(Number(told), out var value).ShouldBeTrue();
        value.ShouldBe(Number(expected));
    }

    [Theory]
    [InlineData("C")]                     // coulomb or Celsius
    [InlineData("F")]
    [InlineData("w")]
    [InlineData("kwh")]
    [InlineData("KB")]                    // 1000 or 1024
    [InlineData("dBm")]
    [InlineData("")]
    public void An_unknown_or_ambiguous_unit_stays_unknown(string symbol) => PayloadUnits.TryFind(symbol, out _).ShouldBeFalse();

    [Theory]
    [InlineData("-256", "°C", false)]
    [InlineData("-127", "°C", false)]
    [InlineData("-256", "W", true)]
    [InlineData("-196.6", "°F", false)]   // −127 °C, told in the other unit
    [InlineData("-274", "°C", false)]
    [InlineData("21.5", "°C", true)]
    [InlineData("2147483647", "mW", false)]
    [InlineData("-2147483648", null, false)]
    [InlineData("-9223372036854775808", null, false)]
    [InlineData("5542", "mW", true)]
    [InlineData("-60", "W", true)]
    [InlineData("-1", "Hz", false)]
    [InlineData("123456", null, true)]
    public void What_no_sensor_reads_is_refused_with_a_reason(string told, string? symbol, bool plausible)
    {
        var unit = symbol is not null && PayloadUnits.TryFind(symbol, out var known) ? known : null;
        var rejection = Plausibility.Check(Number(told), unit);
        if (plausible) rejection.ShouldBeNull();
        else rejection.ShouldNotBeNull().Text.ShouldContain(told.TrimStart('-').TrimEnd('0'));
    }

    [Fact]
    public void Any_number_printed_is_the_number_read() => Check.QuickThrowOnFailure(Prop.ForAll((long mantissa, byte exponent) =>
    {
        ExactDecimal.TryParse(System.Text.Encoding.ASCII.GetBytes(new ExactDecimal(mantissa, exponent % 40 - 20).ToString()), out var number);
        return Number(number.ToString()) == number && Payload.Read("json", $"[\"{number}\",{number}]").Fields.All(f => f.Value.Number == number)
            && Payload.Read("influx", $"m f={number}").Fields[0].Value.Number == number;
    }));

    [Fact]
    public void Any_double_keeps_its_identity() => Check.QuickThrowOnFailure(Prop.ForAll((NormalFloat told) =>
    {
        var bits = BitConverter.GetBytes(told.Get);
        Array.Reverse(bits);
        var decoded = Payload.Decode("senml-cbor", [0x81, 0xa2, 0x00, 0x61, 0x61, 0x02, 0xfb, .. bits]);
        return decoded is not PayloadResult.Decoded { Fields: [var field] } ? told.Get != 0 && Math.Abs(Math.Log10(Math.Abs(told.Get))) > 80 : field.Value.Number.ToDouble() == told.Get;
    }));
}
