using System.Globalization;
using MELT.Devices.Preparation;

namespace MELT.Devices.Tests.Preparation;

public sealed class SupplyTests
{
    private static Supply Read(string text) => Supply.TryParse(text, out var supply, out var problem) ? supply : throw new FormatException(problem);

    [Theory]
    [InlineData("battery", "battery")]
    [InlineData("usb", "usb")]
    [InlineData("dc", "dc")]
    [InlineData("bench-supply@4.2V", "bench-supply@4.20V")]
    [InlineData("bench-supply@12.125 v", "bench-supply@12.125V")]
    public void A_supply_is_read_and_written_in_any_language(string text, string canonical)
    {
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            Read(text).ToString().ShouldBe(canonical);
            Read(canonical).ShouldBe(Read(text));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Supplies_of_different_volts_differ_and_trailing_zeros_do_not_count()
    {
        Read("bench-supply@4.2V").ShouldBe(Supply.Bench(4.200m));
        Read("bench-supply@4.2V").ShouldNotBe(Supply.Bench(4.3m));
        Supply.Battery.ShouldNotBe(Supply.Usb);
    }

    [Theory]
    [InlineData("")]
    [InlineData("mains")]
    [InlineData("bench-supply")]
    [InlineData("bench-supply@4,2V")]
    [InlineData("bench-supply@0V")]
    [InlineData("bench-supply@4.2")]
    [InlineData("bench-supply@-4.2V")]
    [InlineData("battery@4.2V")]
    public void What_is_no_supply_is_refused_with_what_to_write(string text)
    {
        Supply.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldNotBeNull().ShouldContain("bench-supply@4.20V");
    }

    [Theory]
    [InlineData("battery", "battery-terminals", true, true)]
    [InlineData("battery", "dc-in", false, false)]
    [InlineData("bench-supply@4.2V", "battery-terminals", false, true)]
    [InlineData("bench-supply@4.2V", "battery-terminals", true, false)]
    [InlineData("bench-supply@4.2V", "cell", false, false)]
    [InlineData("usb", "battery-terminals", false, false)]
    [InlineData("usb", "dc-in", false, true)]
    [InlineData("dc", "cell", false, false)]
    [InlineData("dc", "wall-ac", false, true)]
    [InlineData("usb", "rail", false, true)]
    [InlineData("battery", "board", false, true)]
    public void A_boundary_is_believed_when_the_energy_of_the_device_passes_there(string supply, string boundary, bool gauge, bool believed) =>
        (Read(supply).Refusal(boundary, gauge) is null).ShouldBe(believed);
}
