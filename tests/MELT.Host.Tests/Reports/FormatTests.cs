using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using MELT.Host.Reports;

namespace MELT.Host.Tests.Reports;

public sealed class FormatTests
{
    [Theory]
    [InlineData(2.1314, 0.011, "J", "2.131 ± 0.011 J")]
    [InlineData(203.42, 2.04, "tokens/s", "203.4 ± 2.1 tokens/s")]
    [InlineData(0.0431, 0.00021, "s", "43.10 ± 0.21 ms")]
    [InlineData(0.0000431, 0.0000002, "s", "43.10 ± 0.20 µs")]
    [InlineData(0.097401, 0.00012, "J/token", "97.40 ± 0.12 mJ/token")]
    [InlineData(61_341_696, 4096, "B", "58.5000 ± 0.0040 MiB")]
    [InlineData(123_456, 2_500, "J", "123.5 ± 2.5 kJ")]
    [InlineData(123_456, 2_500, "tokens/s", "123500 ± 2500 tokens/s")]
    [InlineData(1.5, 20, "J", "2 ± 20 J")]
    [InlineData(-0.0012, 0.02, "J", "-1 ± 20 mJ")]
    [InlineData(0, 0.5, "W", "0 ± 500 mW")]
    [InlineData(3, 0, "s", "3.000 s ± 0")]
    [InlineData(41.3, 0.6, "°C", "41.30 ± 0.60 °C")]
    [InlineData(75, 1.2, "s", "75.0 ± 1.2 s")]
    [InlineData(75_000, 1.2, "s", "75000.0 ± 1.2 s")]
    [InlineData(0.248307161, 8.2e-10, "s", "248.30716 ± 0.00001 ms")]
    [InlineData(1.310197238, 8.2e-10, "s", "1.3101972 ± 0.0000001 s")]
    [InlineData(1.310197238, 1.8e-7, "s", "1.3101972 ± 0.0000003 s")]
    public void Values_are_rounded_where_U_begins(double value, double u, string unit, string text) => Format.Measured(value, u, unit).ShouldBe(text);

    [Theory]
    [InlineData(203.42, 2.04, "tokens/s", "203 ± 2 tokens/s")]
    [InlineData(203.42, 1.95, "tokens/s", "203.4 ± 2.0 tokens/s")]
    [InlineData(2.1314, 0.011, "J", "2.131 ± 0.011 J")]
    [InlineData(0.0431, 0.0003, "s", "43.1 ± 0.3 ms")]
    public void Sentences_use_shorter_uncertainties(double value, double u, string unit, string text) => Format.Spoken(value, u, unit).ShouldBe(text);

    [Theory]
    [InlineData(10.47, "11")]
    [InlineData(28.05, "28")]
    [InlineData(28.06, "29")]
    [InlineData(99.7, "100")]
    public void U_is_rounded_up_unless_the_rest_is_negligible(double u, string text) => Format.Measured(1000, u, "tokens/s").ShouldEndWith($"± {text} tokens/s");

    [Theory]
    [InlineData(0.00482, "s", "4.820 ms")]
    [InlineData(1, "s", "1.000 s")]
    [InlineData(0.9999999, "s", "1.000 s")]
    [InlineData(123456789, "s", "123500000 s")]
    [InlineData(0, "J", "0 J")]
    [InlineData(0, "B", "0 B")]
    [InlineData(1_213_071_360, "B", "1.130 GiB")]
    [InlineData(0.42, "1", "0.4200")]
    public void Numbers_without_U_have_four_digits(double value, string unit, string text) => Format.Plain(value, unit).ShouldBe(text);

    [Fact]
    public void The_culture_of_the_machine_changes_nothing()
    {
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NumberGroupSeparator) = (",", ".");
        try
        {
            CultureInfo.CurrentCulture = comma;
            Format.Measured(2.1314, 0.011, "J").ShouldBe("2.131 ± 0.011 J");
            Format.Count(1_234_567).ShouldBe("1,234,567");
            Format.Ratio(0.5).ShouldBe("0.50");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void What_is_printed_covers_what_was_meant() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(1, 999_999).Two().Select(two => (Value: two.Item1 / 100.0, U: two.Item2 / 10_000.0)).ToArbitrary(),
        one =>
        {
            var parts = Format.Measured(one.Value, one.U, "tokens/s").Split(' ');
            var (value, u) = (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[2], CultureInfo.InvariantCulture));
            return u >= one.U * 0.99 && u <= one.U * 1.2 && Math.Abs(value - one.Value) <= u * 0.051;
        }));
}
