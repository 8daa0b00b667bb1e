using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Instruments;

public sealed class HwmonTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    private void Chip(int number, string name, params (string File, string Text)[] files)
    {
        _host.Write($"sys/class/hwmon/hwmon{number}/name", name + "\n");
        foreach (var (file, text) in files) _host.Write($"sys/class/hwmon/hwmon{number}/{file}", text + "\n");
    }

    [Fact]
    public void A_card_tells_the_power_of_its_package_in_microwatts()
    {
        Chip(2, "amdgpu", ("power1_average", "27034000"), ("power1_label", "PPT"), ("in0_input", "812"), ("in0_label", "vddgfx"), ("temp1_input", "41000"));
        var chip = Hwmon.Find(_host.Place, false).Usable.ShouldHaveSingleItem();
        chip.Meter.Name.ShouldBe("hwmon-amdgpu");
        chip.Read().Text().ShouldBe("PPT=27.034 vddgfx=0.812");
        chip.About.Channels.Select(c => (c.Name, c.Quantity, c.Unit, c.Boundary, c.Kind)).ShouldBe([("PPT", "power", "W", "package", SensorKind.Averaged), ("vddgfx", "voltage", "V", null, null)]);
        (chip.About.WindowSeconds, chip.About.PeriodSeconds).ShouldBe((null, 0.1));
        chip.ShouldBeSound();
    }

    [Fact]
    public void An_averaging_power_meter_says_over_which_interval_and_the_operator_where()
    {
        Chip(0, "power_meter", ("power1_average", "182000000"), ("power1_average_interval", "1000"), ("update_interval", "1000"));
        var chip = Hwmon.Find(_host.Place, false).Usable.ShouldHaveSingleItem();
        (chip.About.WindowSeconds, chip.About.StampPosition, chip.About.PeriodSeconds).ShouldBe((1, StampPosition.End, 1));
        chip.About.Channels.ShouldHaveSingleItem().Boundary.ShouldBeNull();
        DescriptionRules.Problem(chip.About).ShouldBeNull();

        var boundaries = new Dictionary<string, string> { ["hwmon-power_meter"] = "wall-ac" };
        PlacedInstrument.Concerns(boundaries, chip.Meter).ShouldBeTrue();
        new PlacedInstrument(chip, boundaries).About.Channels.ShouldHaveSingleItem().Boundary.ShouldBe("wall-ac");
    }

    [Fact]
    public void A_shunt_monitor_is_averaged_over_its_interval_and_its_shunt_voltage_is_no_rail()
    {
        Chip(1, "ina226", ("in0_input", "3"), ("in1_input", "5016"), ("curr1_input", "1496"), ("power1_input", "7504000"), ("update_interval", "140"));
        var chip = Hwmon.Find(_host.Place, false).Usable.ShouldHaveSingleItem();
        chip.Read().Text().ShouldBe("power1=7.504 v=5.016 i=1.496");
        (chip.About.Instrument, chip.About.Kind, chip.About.WindowSeconds, chip.About.PeriodSeconds).ShouldBe(("INA226", SensorKind.Averaged, 0.14, 0.14));
        chip.ShouldBeSound();
    }

    [Fact]
    public void Rails_of_a_bus_chip_pair_by_label_and_counters_are_joules()
    {
        Chip(3, "lm25066", ("in1_input", "12050"), ("in1_label", "vin"), ("curr1_input", "2500"), ("curr1_label", "iin"), ("in2_input", "980"), ("in2_label", "vout1"), ("energy1_input", "360000000"));
        Hwmon.Find(_host.Place, false).Usable.ShouldHaveSingleItem().Read().Text().ShouldBe("energy1=360 vin=12.05 vout1=0.98 iin=2.5");
    }

    [Fact]
    public void The_momentary_and_the_mean_power_are_two_views_of_one()
    {
        Chip(1, "ltc2947", ("power1_input", "5000000"), ("power1_average", "4900000"), ("power1_label", "load"));
        Hwmon.Find(_host.Place, false).Usable.ShouldHaveSingleItem().About.Channels.Select(c => (c.Name, c.Parent)).ShouldBe([("load", null), ("load-average", "load")]);
    }

    [Fact]
    public void What_is_already_a_meter_is_not_one_twice()
    {
        Chip(0, "ina3221", ("in1_input", "5016"), ("curr1_input", "1496"));
        Chip(1, "BAT0", ("in0_input", "11400"), ("curr1_input", "900"));
        Chip(2, "ucsi_source_psy_USBC000:001", ("in0_input", "5000"), ("curr1_input", "3000"));
        _host.Write("sys/class/power_supply/BAT0/type", "Battery\n");
        _host.Write("sys/class/power_supply/ucsi-source-psy-USBC000:001/type", "USB\n");
        Hwmon.Find(_host.Place, railsAreTaken: true).Usable.ShouldBeEmpty();
        Hwmon.Find(_host.Place, railsAreTaken: false).Usable.Select(i => i.Meter.Name).ShouldBe(["hwmon-ina3221"]);
    }

    [Fact]
    public void Chips_of_one_name_are_told_apart_by_where_they_sit_and_those_without_power_are_left()
    {
        Chip(0, "ina219", ("power1_input", "1000000"));
        Chip(1, "ina219", ("power1_input", "2000000"));
        Chip(2, "nct6775", ("in0_input", "800"), ("fan1_input", "1200"));
        _host.Write("sys/bus/i2c/devices/1-0040/hwmon/hwmon1/name", "ina219\n");
        _host.Write("sys/bus/i2c/devices/1-0041/hwmon/hwmon0/name", "ina219\n");
        Hwmon.Find(_host.Place, false).Usable.Select(i => (i.Meter.Name, i.Read().Text())).ShouldBe([("hwmon-ina219-1-0041", "power1=1"), ("hwmon-ina219-1-0040", "power1=2")]);
    }

    [Fact]
    public void A_value_that_no_sensor_reads_leaves_its_channel_out_and_a_chip_that_cannot_be_read_is_refused()
    {
        Chip(0, "corsairpsu", ("power1_input", "-2147483648"), ("power2_input", "50000000"));
        Chip(1, "dead", ("power1_input", "x"));
        var found = Hwmon.Find(_host.Place, false);
        found.Usable.ShouldHaveSingleItem().Read().Text().ShouldBe("power2=50");
        found.Refused.ShouldHaveSingleItem().Reason.ShouldBe("hwmon dead: /sys/class/hwmon/hwmon1/power1_input does not hold a number");
        Chip(0, "corsairpsu", ("power2_input", "99000000000000"));
        found.Usable[0].Read().Text().ShouldStartWith("failed: /sys/class/hwmon/hwmon0/power1_input: -2147483648 is how firmware says");
    }
}
