using MELT.Sensors.Instruments;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Instruments;

public sealed class InstrumentTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Utilization_is_the_share_of_busy_time_since_the_last_reading()
    {
        var cpu = new CpuUtilization(_host.Place);
        cpu.ShouldBeSound();
        _host.Write("proc/stat", "cpu  100 20 30 1000 50 6 4 10 99 9\ncpu0 1 2 3 4\n");     // busy 160, all 1220; guests are already in user
        cpu.Read().Text().ShouldBe("nothing");
        cpu.Read().Text().ShouldBe("nothing");
        _host.Write("proc/stat", "cpu  120 20 40 1050 60 6 4 20 99 9\n");                    // 30 of 100 busy, 10 stolen
        cpu.Read().Text().ShouldBe("utilization=0.300000 busy=1.90");
    }

    [Fact]
    public void A_count_that_falls_gives_no_share_and_the_next_one_starts_anew()
    {
        var cpu = new CpuUtilization(_host.Place);
        _host.Stat(500, 1000);
        cpu.Read();
        _host.Stat(400, 900);
        cpu.Read().Text().ShouldBe("nothing");
        _host.Stat(450, 950);
        cpu.Read().Text().ShouldBe("utilization=0.500000 busy=4.50");
    }

    [Fact]
    public void Pressure_is_the_total_time_waited()
    {
        _host.Write("proc/pressure/cpu", "some avg10=3.79 avg60=4.11 avg300=4.66 total=72436126\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
        _host.Write("proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=5\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=4\n");
        _host.Write("proc/pressure/io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=12153516\nfull avg10=1.16 avg60=0.60 avg300=0.24 total=10817324\n");
        var pressure = PressureStall.Find(_host.Place).Usable.ShouldHaveSingleItem();
        pressure.ShouldBeSound();
        pressure.Read().Text().ShouldBe("cpu-some=72.436126 memory-some=0.000005 memory-full=0.000004 io-some=12.153516 io-full=10.817324");
        _host.Write("proc/pressure/io", "nonsense");
        pressure.Read().Text().ShouldContain("/proc/pressure/io has no total of some");
    }

    [Fact]
    public void Frequency_comes_from_cpufreq_where_there_is_one()
    {
        _host.Write("sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq", "1800000\n");
        _host.Write("sys/devices/system/cpu/cpufreq/policy10/scaling_cur_freq", "2400001\n");
        _host.Write("sys/devices/system/cpu/cpufreq/policy2/scaling_cur_freq", "900000\n");
        var frequency = ProcessorFrequency.Find(_host.Place).Usable.ShouldHaveSingleItem();
        frequency.ShouldBeSound();
        frequency.Movement.ShouldBe(Movement.None);
        frequency.Read().Text().ShouldBe("policy0=1800000000 policy2=900000000 policy10=2400001000");
    }

    [Fact]
    public void Frequency_comes_from_cpuinfo_otherwise()
    {
        _host.Write("proc/cpuinfo", "processor\t: 0\ncpu MHz\t\t: 2499.984\n\nprocessor\t: 1\ncpu MHz\t\t: 800\n");
        var frequency = ProcessorFrequency.Find(_host.Place).Usable.ShouldHaveSingleItem();
        frequency.ShouldBeSound();
        frequency.Movement.ShouldBe(Movement.Changes);
        frequency.Read().Text().ShouldBe("cpu0=2499984000 cpu1=800000000");
    }

    [Fact]
    public void Zones_of_one_type_are_told_apart()
    {
        _host.Write("sys/class/thermal/thermal_zone0/type", "x86_pkg temp\n");
        _host.Write("sys/class/thermal/thermal_zone0/temp", "48500\n");
        _host.Write("sys/class/thermal/thermal_zone1/type", "acpitz\n");
        _host.Write("sys/class/thermal/thermal_zone1/temp", "-1000\n");
        _host.Write("sys/class/thermal/thermal_zone2/type", "acpitz\n");
        _host.Write("sys/class/thermal/thermal_zone2/temp", "27800\n");
        _host.Write("sys/class/thermal/thermal_zone3/type", "broken\n");
        _host.Write("sys/class/thermal/thermal_zone3/temp/not-a-file", "");
        var found = ThermalZones.Find(_host.Place);
        var thermal = found.Usable.ShouldHaveSingleItem();
        thermal.ShouldBeSound();
        thermal.Read().Text().ShouldBe("x86_pkg-temp=48.5 acpitz=-1 acpitz-2=27.8");
        found.Refused.ShouldHaveSingleItem().Reason.ShouldContain("thermal zone broken: /sys/class/thermal/thermal_zone3/temp is not readable");
    }

    [Fact]
    public void An_energy_counter_that_starts_again_goes_on_growing()
    {
        _host.Rapl("intel-rapl:0", "package-0", 262_143_000_000);
        var rapl = RaplEnergy.Find(_host.Place).Usable.ShouldHaveSingleItem();
        rapl.ShouldBeSound();
        rapl.Read().Text().ShouldBe("package-0=262143.000000");
        _host.Rapl("intel-rapl:0", "package-0", 1_000_000);
        rapl.Read().Text().ShouldBe("package-0=262144.328850");
        _host.Rapl("intel-rapl:0", "package-0", 999_999);
        rapl.Read().Text().ShouldBe("package-0=524287.657699");
        _host.Rapl("intel-rapl:0", "package-0", 262_143_328_851);
        rapl.Read().Text().ShouldContain("outside its range");
    }

    [Fact]
    public void Rails_of_a_package_are_its_children_except_the_memory()
    {
        _host.Rapl("intel-rapl:0", "package-0", 1);
        _host.Rapl("intel-rapl:0:0", "core", 2, 65_532_610_987);
        _host.Rapl("intel-rapl:0:1", "dram", 3);
        _host.Rapl("intel-rapl:1", "psys", 4);
        _host.Rapl("intel-rapl-mmio:0", "package-0", 5);
        var found = RaplEnergy.Find(_host.Place);
        found.Usable.Select(i => i.Meter.ToString()).ShouldBe(["host/rapl-0", "host/rapl-1"]);
        found.Usable[0].About.Channels.Select(c => (c.Name, c.Boundary, c.Parent)).ShouldBe(
            [("package-0", "package", null), ("core", "rail", "package-0"), ("dram", "rail", null)]);
        found.Usable[0].About.Kind.ShouldBe(SensorKind.Accumulated);
        found.Usable[0].About.Channels[0].Resolution!.Value.ShouldBe(61.035e-6, 0.001e-6);
        found.Usable[0].About.Channels[1].Resolution!.Value.ShouldBe(15.258e-6, 0.001e-6);
        found.Usable[1].About.Channels.ShouldHaveSingleItem().Boundary.ShouldBeNull();
        found.Usable[0].ShouldBeSound();
    }

    [Fact]
    public void A_battery_gives_positive_current_while_it_is_used_whatever_its_driver_says()
    {
        void Supply(string status, string current)
        {
            _host.Write("sys/class/power_supply/BAT0/status", status + "\n");
            _host.Write("sys/class/power_supply/BAT0/current_now", current + "\n");
        }
        _host.Write("sys/class/power_supply/BAT0/type", "Battery\n");
        _host.Write("sys/class/power_supply/BAT0/voltage_now", "11400000\n");
        _host.Write("sys/class/power_supply/mouse/type", "Battery\n");
        _host.Write("sys/class/power_supply/mouse/scope", "Device\n");
        _host.Write("sys/class/power_supply/AC/type", "Mains\n");
        _host.Write("sys/class/power_supply/AC/online", "0\n");
        Supply("Discharging", "-1250000");
        var battery = Battery.Find(_host.Place).Usable.ShouldHaveSingleItem();
        battery.ShouldBeSound();
        battery.Meter.Name.ShouldBe("battery-BAT0");
        battery.Read().Text().ShouldBe("voltage=11.4 current=1.25 external-power=0");
        Supply("Discharging", "1250000");
        battery.Read().Text().ShouldContain("current=1.25 ");
        _host.Write("sys/class/power_supply/AC/online", "1\n");
        Supply("Charging", "800000");
        battery.Read().Text().ShouldBe("voltage=11.4 current=-0.8 external-power=1");
        Supply("Full", "0");
        battery.Read().Text().ShouldContain("current=0 ");
        Supply("Unknown", "5000");
        battery.Read().Text().ShouldBe("external-power=1");
    }

    [Fact]
    public void A_battery_that_tells_only_power_is_read_as_power()
    {
        _host.Write("sys/class/power_supply/BAT1/type", "Battery\n");
        _host.Write("sys/class/power_supply/BAT1/status", "Discharging\n");
        _host.Write("sys/class/power_supply/BAT1/power_now", "7310000\n");
        var battery = Battery.Find(_host.Place).Usable.ShouldHaveSingleItem();
        battery.ShouldBeSound();
        battery.About.Channels.ShouldHaveSingleItem().Unit.ShouldBe("W");
        battery.Read().Text().ShouldBe("power=7.31");
    }

    [Fact]
    public void An_estimate_is_busy_time_times_watts_and_says_that_it_is_one()
    {
        _host.Stat(12_345, 1);
        var estimator = new CpuPowerEstimator(_host.Place, 6.5m);
        estimator.ShouldBeSound();
        estimator.About.Estimated.ShouldBeTrue();
        estimator.About.Instrument!.ShouldContain("6.5 W");
        estimator.About.Channels.ShouldHaveSingleItem().Boundary.ShouldBe("package");
        estimator.About.Channels[0].Resolution.ShouldBe(0.065);
        estimator.Read().Text().ShouldBe("energy=802.425");          // 123.45 s × 6.5 W
        Should.Throw<ArgumentOutOfRangeException>(() => new CpuPowerEstimator(_host.Place, 0));
    }
}
