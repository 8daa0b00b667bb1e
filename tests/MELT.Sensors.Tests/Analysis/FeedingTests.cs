using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;

namespace MELT.Sensors.Tests.Analysis;

public sealed class FeedingTests
{
    /// <summary>A gauge of power at the battery's terminals that also tells whether power flows in, from this second on.</summary>
    private static SessionResults Analysed(string? supply, double pluggedAt, bool gauge = true, string boundary = "battery-terminals")
    {
        var power = Some.Power(0.002);
        var about = power with
        {
            Gauge = gauge,
            Channels = [power.Channels[0] with { Boundary = boundary }, new() { Name = "external-power", Quantity = "external-power", Unit = "1", Resolution = 1 }],
        };
        var recording = Some.Session([Some.Described(about), .. Some.Blocks(0, 10, 0.002, 700, ("p", Samples.Watts), ("external-power", t => t >= pluggedAt ? 1 : 0))]);
        return Some.Analyse([.. recording, new RecordingEntry.Opened(Some.Header with { DeviceFacts = supply is null ? Some.Header.DeviceFacts : Some.Header.DeviceFacts.SetItem("supply", supply) })]);
    }

    [Fact]
    public void A_battery_of_a_device_that_was_not_plugged_in_tells_its_energy() =>
        Analysed("battery", pluggedAt: 99).Quantity("energy_joules").Value.ShouldNotBeNull();

    [Theory]
    [InlineData(null)]
    [InlineData("battery")]
    public void Once_power_flowed_in_the_battery_tells_nothing_of_what_the_device_used(string? supply)
    {
        var results = Analysed(supply, pluggedAt: 6);
        foreach (var key in MetricKeys.Energy)
        {
            results.Quantity(key).Value.ShouldBeNull(key);
            results.Quantity(key).Reason!.Code.ShouldBe("external-power", key);
        }
        results.Quantity("energy_joules").Method.ShouldBe("refused");
        results.Quantity("energy_joules").Reason!.Text.ShouldContain("phone-1/power.external-power");
    }

    [Theory]
    [InlineData("usb")]
    [InlineData("dc")]
    public void A_battery_that_does_not_feed_the_device_is_refused(string supply) =>
        Analysed(supply, pluggedAt: 99).Quantity("energy_joules").Reason!.Code.ShouldBe("external-power");

    [Fact]
    public void With_a_bench_supply_the_gauge_is_not_listened_to_and_the_supply_s_meter_is()
    {
        Analysed("bench-supply@4.20V", pluggedAt: 99, gauge: false).Quantity("energy_joules").Value.ShouldNotBeNull();
        var ignored = Analysed("bench-supply@4.20V", pluggedAt: 99);
        ignored.Quantity("energy_joules").Method.ShouldBe("absent");
        ignored.Warnings.ShouldContain(w => w.Code == "gauge-ignored");
    }

    [Fact]
    public void What_passes_another_boundary_is_the_devices_wherever_it_comes_from() =>
        Analysed("usb", pluggedAt: 0, boundary: "dc-in").Quantity("energy_joules").Value.ShouldNotBeNull();
}
