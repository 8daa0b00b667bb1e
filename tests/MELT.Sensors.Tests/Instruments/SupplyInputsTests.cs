using MELT.Sensors.Instruments;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Instruments;

public sealed class SupplyInputsTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    private void Supply(string name, string type, params (string File, string Text)[] files)
    {
        _host.Write($"sys/class/power_supply/{name}/type", type + "\n");
        foreach (var (file, text) in files) _host.Write($"sys/class/power_supply/{name}/{file}", text + "\n");
    }

    [Fact]
    public void What_feeds_the_device_is_its_input_in_volts_and_amperes()
    {
        Supply("rk817-charger", "USB", ("voltage_now", "5012000"), ("current_now", "1250000"), ("online", "1"));
        Supply("AC", "Mains", ("power_now", "45100000"));
        Supply("BAT0", "Battery", ("voltage_now", "1"), ("current_now", "1"));
        var inputs = SupplyInputs.Find(_host.Place).Usable;
        inputs.Select(i => (i.Meter.Name, i.Read().Text())).ShouldBe([("supply-AC", "power=45.1"), ("supply-rk817-charger", "voltage=5.012 current=1.25")]);
        inputs.ShouldAllBe(i => i.About.Channels.All(c => c.Boundary == "dc-in"));
        foreach (var input in inputs) input.ShouldBeSound();
    }

    [Fact]
    public void What_was_agreed_with_a_charger_is_no_measurement()
    {
        Supply("ucsi-source-psy-USBC000:001", "USB", ("voltage_now", "20000000"), ("current_now", "3250000"));
        var found = SupplyInputs.Find(_host.Place);
        found.Usable.ShouldBeEmpty();
        found.Refused.ShouldHaveSingleItem().Reason.ShouldContain("agreed with the charger");
    }

    [Fact]
    public void One_that_only_says_whether_it_is_plugged_in_is_no_meter()
    {
        Supply("AC", "Mains", ("online", "1"));
        SupplyInputs.Find(_host.Place).ShouldBe(new([], []));
    }

    [Fact]
    public void A_battery_that_tells_only_what_is_left_is_a_counter_of_what_was_taken()
    {
        Supply("BAT0", "Battery", ("status", "Discharging"), ("energy_now", "41000000"));
        var battery = Battery.Find(_host.Place).Usable.ShouldHaveSingleItem();
        battery.About.Channels.Select(c => (c.Name, c.Unit, c.Kind, c.Boundary)).ShouldBe([("energy", "J", SensorKind.Accumulated, "battery-terminals")]);
        battery.Read().Text().ShouldBe("energy=-147600");
        Supply("BAT0", "Battery", ("energy_now", "40990000"));
        battery.Read().Text().ShouldBe("energy=-147564");          // 10 mWh are 36 J
    }
}
