using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments;
using MELT.Sensors.Instruments.Android;
using MELT.Sensors.Instruments.Jetson;
using MELT.Sensors.Tests.Import;

namespace MELT.Sensors.Tests.Instruments.Android;

/// <summary>Decoders of what Android's services print. The texts that are not from the shared captures follow public reports, shortened.</summary>
public sealed class AndroidDumpTests
{
    private static readonly HostPlace Place = new(new HostTree(), new("phone"), "phone-clock");
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private static string[] Lines(string text) => text.Split('\n');

    [SkippableFact]
    public void The_battery_service_tells_volts_heat_level_charge_and_that_usb_feeds_it()
    {
        var lines = File.ReadAllLines(Path.Combine(SharedRecords.Folder("android"), "dumpsys_battery.txt"));
        BatteryDump.TryDecode(lines, null, out var values, out var reason).ShouldBeTrue(reason);
        new Reading.Taken(values).Text().ShouldBe("voltage=4.352 temperature=27.4 level=1.00 charge=11772.0000 external-power=1");
        var meter = new BatteryDump(Place, Period, null, values);
        DescriptionRules.Problem(meter.About).ShouldBeNull();
        meter.About.Channels.ShouldAllBe(c => c.Boundary == null);
        meter.Decode([.. lines.Select(l => l.Replace("USB powered: true", "USB powered: false", StringComparison.Ordinal))]).Text().ShouldEndWith("external-power=0");
    }

    [Fact]
    public void A_makers_own_current_is_used_only_when_somebody_said_its_unit()
    {
        var lines = Lines("Current Battery Service state:\n  AC powered: false\n  USB powered: true\n  status: 2\n  level: 84\n  scale: 100\n  voltage: 4063\n  temperature: 326\n  current now: 321\n  charge counter: 0");
        BatteryDump.TryDecode(lines, null, out var values, out _).ShouldBeTrue();
        values.ShouldNotContain(v => v.Channel == "current");
        var milliampere = new BatteryQuirk(CurrentUnit.Milliampere, CurrentSign.ByStatus, "test");
        BatteryDump.TryDecode(lines, milliampere, out values, out _).ShouldBeTrue();
        new Reading.Taken(values).Text().ShouldBe("voltage=4.063 current=-0.321 temperature=32.6 level=0.84 external-power=1");
        new BatteryDump(Place, Period, milliampere, values).About.Channels.Take(2).ShouldAllBe(c => c.Boundary == "battery-terminals");
    }

    [Theory]
    [InlineData("Can't find service: battery", "Can't find service")]
    [InlineData("", "tells nothing of a battery")]
    public void A_device_without_the_service_says_so(string text, string part)
    {
        BatteryDump.TryDecode(Lines(text), null, out _, out var reason).ShouldBeFalse();
        reason.ShouldNotBeNull().ShouldContain(part);
    }

    [Fact]
    public void Temperatures_are_the_current_ones_and_voltages_among_them_are_none()
    {
        var lines = Lines("IsStatusOverride: false\nThermal Status: 2\nCached temperatures:\n\tTemperature{mValue=36.0, mType=1, mName=GPU, mStatus=0}\nHAL Ready: true\nHAL connection:\n"
            + "Current temperatures from HAL:\n\tTemperature{mValue=66.5, mType=0, mName=CPU0, mStatus=0}\n\tTemperature{mValue=4.1, mType=6, mName=vbat, mStatus=0}\n\tTemperature{mValue=NaN, mType=3, mName=skin, mStatus=0}\n"
            + "\tTemperature{mValue=24.4, mType=2, mName=battery, mStatus=1}\nCurrent cooling devices from HAL:\n\tCoolingDevice{mValue=0, mType=0, mName=test}\nTemperature static thresholds from HAL:\n\tTemperature{mValue=99.0, mType=1, mName=GPU, mStatus=0}");
        ThermalDump.TryDecode(lines, out var values, out var reason).ShouldBeTrue(reason);
        new Reading.Taken(values).Text().ShouldBe("CPU0=66.5 battery=24.4 throttling=2");
        var meter = new ThermalDump(Place, Period, values);
        DescriptionRules.Problem(meter.About).ShouldBeNull();
        meter.About.Channels.Select(c => c.Quantity).ShouldBe(["temperature", "temperature", "throttling"]);
    }

    [Fact]
    public void A_thermal_service_without_sensors_says_so()
    {
        ThermalDump.TryDecode(["Thermal Status: 0", "HAL Ready: false"], out _, out var reason).ShouldBeFalse();
        reason.ShouldBe("the phone's thermal service has no sensors (HAL Ready: false)");
        ThermalDump.TryDecode(["HAL Ready: true"], out _, out reason).ShouldBeFalse();
        reason.ShouldNotBeNull().ShouldContain("nothing under");
    }

    [Theory]
    [InlineData("         TOTAL PSS:   123456            TOTAL RSS:   200000       TOTAL SWAP PSS:       17", "pss=126418944 rss=204800000")]
    [InlineData("        TOTAL   180203   170000     8000     4000   215040   109702   105337\n TOTAL:   180203      TOTAL SWAP PSS:     4000", "pss=184527872")]
    [InlineData("No process found for: 805", "gone: No process found for: 805")]
    [InlineData("nothing", "failed: dumpsys meminfo tells no total")]
    public void Memory_is_the_total_of_both_generations(string text, string expected) => new MemoryDump(Place, Period).Decode([.. Lines(text)]).Text().ShouldBe(expected);

    [Fact]
    public void Energy_of_rails_is_counted_in_microjoules_and_the_same_moment_is_told_once()
    {
        using var host = new FakeHost();
        const string Path = "sys/bus/iio/devices/iio:device0/energy_value";
        host.Write(Path, "t=473848\nCH0(T=473848)[S10M_VDD_TPU], 3161249\nCH1(T=473848)[VSYS_PWR_MODEM], 48586989\n");
        var notices = new List<string>();
        var rails = PowerRails.Find(host.Place, new RailTopology(null, [new("S10M_VDD_TPU", "rail")]), notices.Add).Usable.ShouldHaveSingleItem();
        rails.ShouldBeSound();
        rails.Meter.Name.ShouldBe("odpm-device0");
        rails.About.Channels.Select(c => (c.Name, c.Boundary)).ShouldBe([("S10M_VDD_TPU", "rail"), ("VSYS_PWR_MODEM", null)]);
        notices.ShouldHaveSingleItem().ShouldContain("VSYS_PWR_MODEM");
        rails.Read().Text().ShouldBe("S10M_VDD_TPU=3.161249 VSYS_PWR_MODEM=48.586989");
        rails.Read().ShouldBeOfType<Reading.Nothing>();
        host.Write(Path, "t=473900\nCH0(T=473900)[S10M_VDD_TPU], 3161250\nCH1(T=473900)[VSYS_PWR_MODEM], 48586990\n");
        rails.Read().Text().ShouldBe("S10M_VDD_TPU=3.161250 VSYS_PWR_MODEM=48.586990");
        host.Write(Path, "t=473901\nCH0(T=473900)[S10M_VDD_TPU]\n");
        rails.Read().Text().ShouldStartWith("failed: a line of the power monitor is not as expected");
    }

    [Fact]
    public void No_text_throws_and_every_refusal_has_a_reason() => Check.QuickThrowOnFailure(Prop.ForAll<string>(text =>
    {
        foreach (var lines in new[] { Lines(text ?? ""), Lines($"  voltage: {text}\n level: {text}\nscale: 100\ncurrent now: {text}"), Lines($"Current temperatures from HAL:\n\tTemperature{{mValue={text}, mType=0, mName={text}, mStatus=0}}"), Lines($"t={text}\nCH0(T=1)[{text}], 5") })
        {
            if (!BatteryDump.TryDecode(lines, BatteryQuirk.Usual, out _, out var reason)) reason.ShouldNotBeNullOrEmpty();
            if (!ThermalDump.TryDecode(lines, out _, out reason)) reason.ShouldNotBeNullOrEmpty();
            if (!MemoryDump.TryDecode(lines, out _, out reason)) reason.ShouldNotBeNullOrEmpty();
            if (!PowerRails.TryDecode(string.Join('\n', lines), out _, out _, out reason)) reason.ShouldNotBeNullOrEmpty();
        }
    }));
}
