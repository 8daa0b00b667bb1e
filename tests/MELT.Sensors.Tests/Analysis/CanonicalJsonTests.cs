using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Analysis;

namespace MELT.Sensors.Tests.Analysis;

public sealed class CanonicalJsonTests
{
    private static string Canonical(string json, int? digits = null) => System.Text.Encoding.UTF8.GetString(CanonicalJson.Write(JsonDocument.Parse(json).RootElement, digits));

    // RFC 8785, section 3.2.2.
    [Fact]
    public void The_example_of_the_RFC_is_reproduced() =>
        Canonical("""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """).ShouldBe("""{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""");

    // RFC 8785, section 3.2.3: by UTF-16 code units, so an emoji sorts before U+FB33.
    [Fact]
    public void Keys_are_sorted_by_code_units() =>
        Canonical("""{"\u20ac":"Euro","\r":"Return","\ufb33":"Dalet","1":"One","\ud83d\ude00":"Emoji","\u0080":"Control","\u00f6":"O"}""")
            .ShouldBe("{\"\\r\":\"Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"O\",\"€\":\"Euro\",\"😀\":\"Emoji\",\"\ufb33\":\"Dalet\"}");

    // RFC 8785, appendix B.
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(unchecked((long)0x8000000000000000), "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(unchecked((long)0x8000000000000001), "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(unchecked((long)0xffefffffffffffff), "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(unchecked((long)0xc340000000000000), "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(unchecked((long)0xbecbf647612f3696), "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Numbers_are_written_as_ECMAScript_does(long bits, string text) => CanonicalJson.Number(BitConverter.Int64BitsToDouble(bits)).ShouldBe(text);

    [Fact]
    public void What_JSON_cannot_hold_is_not_written() => Should.Throw<ArgumentOutOfRangeException>(() => CanonicalJson.Number(double.NaN));

    [Fact]
    public void Every_double_reads_back() =>
        Check.QuickThrowOnFailure(Prop.ForAll<double>(x => !double.IsFinite(x) || double.Parse(CanonicalJson.Number(x), System.Globalization.CultureInfo.InvariantCulture) == x));

    [Fact]
    public void Fractions_are_rounded_to_twelve_digits_and_counts_are_not() =>
        Canonical("[0.1234567890123456, 1234567890123456, 0.30000000000000004, 2.0]", 12).ShouldBe("[0.123456789012,1234567890123456,0.3,2]");
}
