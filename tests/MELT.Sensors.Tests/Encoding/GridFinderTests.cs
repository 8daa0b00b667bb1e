using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Encoding;

public sealed class GridFinderTests
{
    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("-0.0", 0, 0)]
    [InlineData("1.50", 15, -1)]
    [InlineData("-12e3", -12, 3)]
    [InlineData("2.5E+2", 25, 1)]
    [InlineData("9223372036854775807", long.MaxValue, 0)]
    [InlineData("-9223372036854775808", long.MinValue, 0)]
    [InlineData("1000000000000000000000000000000000000000000", 1, 42)]
    [InlineData("0.00000000000000000000000000000000000000000000012", 12, -47)]
    public void A_number_is_read_exactly(string text, long significand, int exponent)
    {
        DecimalNumber.TryParse(Text(text), out var number).ShouldBeTrue();
        number.ShouldBe(new(significand, exponent));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("1e")]
    [InlineData("1e+-5")]
    [InlineData("1e99999999")]
    [InlineData("NaN")]
    [InlineData("9223372036854775808")]
    [InlineData("1.23456789012345678901234567890123456789012345678901")]
    public void What_is_no_number_or_too_long_is_refused(string text) => DecimalNumber.TryParse(Text(text), out _).ShouldBeFalse();

    [Fact]
    public void Numbers_of_different_length_share_the_finest_grid()
    {
        var column = GridFinder.FromText("v", [.. new[] { "3.7", "3.705", "12", "0" }.Select(text => (ReadOnlyMemory<byte>)Text(text))]);
        (column.Grid, string.Join(' ', column.Integers)).ShouldBe((new Grid(1, -3), "3700 3705 12000 0"));
    }

    [Fact]
    public void Without_a_common_grid_the_doubles_themselves_are_kept()
    {
        GridFinder.FromDoubles("x", [1e300, 1e-300]).Grid.ShouldBe(Grid.Raw);
        GridFinder.FromDoubles("x", [double.NaN]).Grid.ShouldBe(Grid.Raw);
        GridFinder.FromDoubles("x", [-0.0]).Integers[0].ShouldBe(BitConverter.DoubleToInt64Bits(-0.0));
        GridFinder.FromText("x", [Text("1e30"), Text("0.001")])[0].ShouldBe(1e30);
    }

    [Fact]
    public void Every_double_is_read_back_bit_for_bit() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Arb.From(Gen.ArrayOf(Doubles)), values =>
    {
        var column = GridFinder.FromDoubles("x", values);
        for (var i = 0; i < values.Length; i++) BitConverter.DoubleToInt64Bits(column[i]).ShouldBe(BitConverter.DoubleToInt64Bits(values[i]));
    }));

    [Fact]
    public void Values_of_a_converter_land_on_its_decimal_grid()
    {
        var column = GridFinder.FromDoubles("i", [.. Enumerable.Range(-100, 200).Select(i => i / 1e5)]);
        column.Grid.ShouldBe(new(1, -5));
        column.Integers[0].ShouldBe(-100);
    }

    private static byte[] Text(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    private static readonly Gen<double> Doubles = Gen.OneOf(
        Gen.Choose(-100_000, 100_000).Select(i => i / 1000.0),
        Gen.Choose(int.MinValue, int.MaxValue).Select(i => i * 1e-9),
        from a in Gen.Choose(int.MinValue, int.MaxValue) from b in Gen.Choose(int.MinValue, int.MaxValue) select BitConverter.Int64BitsToDouble(((long)a << 32) ^ b));
}
