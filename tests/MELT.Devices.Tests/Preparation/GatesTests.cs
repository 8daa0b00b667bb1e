using MELT.Devices.Links;
using MELT.Devices.Preparation;
using MELT.Devices.Preparation.Gates;

namespace MELT.Devices.Tests.Preparation;

public sealed class GatesTests
{
    private static readonly TemperatureLimit Warm = new("battery", 30);

    [Fact]
    public async Task The_gate_opens_when_the_device_has_cooled_down()
    {
        var progress = new Seen<GateProgress>();
        var gate = new TemperatureGate(new Thermometer(36.5, 33, 30, 20), TimeProvider.System);

        var outcome = await gate.WaitAsync(Warm, TimeSpan.FromHours(1), TimeSpan.Zero, progress, default);

        (outcome.Opened, outcome.Last?.Celsius, outcome.Reason).ShouldBe((true, 30, null));
        progress.All.Select(p => p.Now.Celsius).ShouldBe([36.5, 33]);
    }

    [Fact]
    public async Task The_gate_stays_shut_when_patience_has_run_out()
    {
        var outcome = await new TemperatureGate(new Thermometer(36.5), TimeProvider.System).WaitAsync(Warm, TimeSpan.Zero, TimeSpan.Zero, null, default);

        outcome.Opened.ShouldBeFalse();
        outcome.Reason.ShouldNotBeNull().ShouldContain("battery is still at 36.5 °C, above 30.0 °C");
    }

    [Fact]
    public void The_gate_judges_by_temperature_place_and_patience()
    {
        DeviceTemperature[] device = [new("battery", 29), new("cpu-thermal", 55), new("GPU", 48)];
        var minute = TimeSpan.FromMinutes(1);

        TemperatureGate.Judge(Warm, device, default, minute).ShouldNotBeNull().Opened.ShouldBeTrue();
        TemperatureGate.Judge(new("gpu", 40), device, minute / 2, minute).ShouldBeNull();
        TemperatureGate.Judge(new("gpu", 40), device, minute, minute).ShouldNotBeNull().Opened.ShouldBeFalse();
        TemperatureGate.Judge(new("hottest", 50), device, minute, minute).ShouldNotBeNull().Last.ShouldBe(device[1]);
        TemperatureGate.Judge(new("skin", 40), device, default, minute).ShouldNotBeNull().Reason.ShouldBe("the device has no temperature 'skin', only battery, cpu-thermal, GPU, and hottest");
        TemperatureGate.Judge(Warm, [], default, minute).ShouldNotBeNull().Reason.ShouldBe("the device tells no temperature");
    }

    [Fact]
    public async Task The_ceiling_tells_when_it_was_reached_and_a_dead_link_is_no_ceiling()
    {
        var reason = await new TemperatureCeiling(new Thermometer(29, 30, 31), TimeProvider.System).WatchAsync(Warm, TimeSpan.Zero, default);
        reason.ShouldBe("battery reached 31.0 °C, above the ceiling of 30.0 °C");

        await Should.ThrowAsync<LinkException>(() => new TemperatureCeiling(new Thermometer(), TimeProvider.System).WatchAsync(Warm, TimeSpan.Zero, default));
        TemperatureCeiling.Judge(Warm, []).ShouldBe("the ceiling of 30.0 °C cannot be watched: the device tells no temperature");
    }

    [Theory]
    [InlineData("45500", 45.5)]
    [InlineData("-3000", -3.0)]
    [InlineData("38", 38.0)]
    [InlineData("0", null)]
    [InlineData("-274000", null)]
    [InlineData("405", null)]
    [InlineData("hot", null)]
    public void A_thermal_zone_is_read_in_the_unit_its_size_tells(string text, double? celsius) => TemperatureText.Zone(text).ShouldBe(celsius);

    [Fact]
    public void The_thermal_service_is_read_where_it_is_current()
    {
        const string Dump = """
            IsStatusOverride: false
            Thermal Status: 0
            Cached temperatures:
            	Temperature{mValue=84.208, mType=0, mName=CPU, mStatus=0}
            HAL Ready: true
            Current temperatures from HAL:
            	Temperature{mValue=39.5, mType=3, mName=VIRTUAL-SKIN, mStatus=0}
            	Temperature{mValue=4.1, mType=6, mName=vbat, mStatus=0}
            	Temperature{mValue=31.25, mType=2, mName=battery, mStatus=0}
            Current cooling devices from HAL:
            	CoolingDevice{mValue=1, mType=6, mName=lcd-backlight}
            Temperature static thresholds from HAL:
            	Temperature{mValue=99.0, mType=0, mName=CPU, mStatus=0}
            """;

        TemperatureText.ThermalService(Dump).ShouldBe([new("VIRTUAL-SKIN", 39.5), new("battery", 31.25)]);
        TemperatureText.ThermalService("Thermal Status: 0").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_phone_tells_its_zones_its_service_and_its_battery()
    {
        using var phone = new StandInDevice(StandIns.Android);
        phone["dumpsys.battery"] = "Current Battery Service state:\n  AC powered: false\n  USB powered: true\n  status: 2\n  level: 84\n  scale: 100\n  voltage: 4123\n  temperature: 301";
        phone["dumpsys.thermalservice"] = "Current temperatures from HAL:\n\tTemperature{mValue=36.2, mType=3, mName=skin, mStatus=0}";
        phone.With("/sys/class/thermal/thermal_zone0/type", "cpu-0-0").With("/sys/class/thermal/thermal_zone0/temp", "41200").With("/sys/class/thermal/thermal_zone1/type", "modem").With("/sys/class/thermal/thermal_zone1/temp", "-274000");
        var access = phone.Access(DevicePlatform.Android);

        (await new DeviceThermometer(access).ReadAsync(default)).ShouldBe([new("cpu-0-0", 41.2), new("skin", 36.2), new("battery", 30.1)]);
        (await BatteryBand.ReadLevelAsync(access, default)).ShouldBe(84);
    }

    [Fact]
    public async Task A_board_without_any_of_it_tells_nothing()
    {
        using var board = new StandInDevice(StandIns.Jetson);
        var access = board.Access(DevicePlatform.Linux);

        (await new DeviceThermometer(access).ReadAsync(default)).ShouldBeEmpty();
        (await BatteryBand.ReadLevelAsync(access, default)).ShouldBeNull();
    }

    [Theory]
    [InlineData(40, null)]
    [InlineData(80, null)]
    [InlineData(39, "the battery has 39 %, below 40 %: charge it")]
    [InlineData(81, "the battery has 81 %, above 80 %: let it run down")]
    [InlineData(null, "the device does not tell the charge of its battery")]
    public void A_run_begins_within_the_band_of_charge(int? level, string? reason)
    {
        BatteryBand.TryParse("40..80", out var band, out _).ShouldBeTrue();
        band.Judge(level).ShouldBe(reason);
    }

    [Theory]
    [InlineData("80..40")]
    [InlineData("0..101")]
    [InlineData("half")]
    public void A_band_that_is_none_is_refused(string text) => BatteryBand.TryParse(text, out _, out _).ShouldBeFalse();

    private sealed class Seen<T> : IProgress<T>
    {
        public List<T> All { get; } = [];
        public void Report(T value) => All.Add(value);
    }

    /// <summary>Tells one temperature after the other, and then its link is dead.</summary>
    private sealed class Thermometer(params double[] celsius) : IThermometer
    {
        private int _next;
        public Task<IReadOnlyList<DeviceTemperature>> ReadAsync(CancellationToken stop) =>
            _next < celsius.Length ? Task.FromResult<IReadOnlyList<DeviceTemperature>>([new("battery", celsius[_next++])]) : throw new LinkException("dead");
    }
}
