using MELT.Sensors.Instruments;
using MELT.Sensors.Instruments.Android;
using MELT.Sensors.Instruments.Remote;
using MELT.Sensors.Tests.Import;

namespace MELT.Sensors.Tests.Instruments.Remote;

/// <summary>Programs of devices, as stand-ins that replay captures or public reports: synthetic, not measured here.</summary>
public sealed class DeviceProgramsTests : IAsyncLifetime
{
    private readonly FakeDevice _device = new();

    public Task InitializeAsync() => Task.CompletedTask;
    public async Task DisposeAsync() => await _device.DisposeAsync();

    [SkippableTheory]
    [InlineData("tx2_jp4.log", "quill", "VDD_IN", "VDD_SYS_CPU", "ram=939524096", "VDD_IN=1.84")]
    [InlineData("orin_nano_jp5.log", "NVIDIA Jetson Orin Nano Developer Kit", "VDD_IN", "VDD_SOC", "ram=2384461824", "VDD_IN=5.542")]
    public async Task Tegrastats_is_a_meter_whose_lines_the_device_stamps(string capture, string model, string whole, string part, string ram, string power)
    {
        _device.Write("proc/device-tree/model", model + "\0");
        _device.Program("tegrastats", $"cat '{Path.Combine(SharedRecords.Folder("tegrastats"), capture)}'; exec sleep 1000");
        var found = await _device.DiscoverAsync();
        var channels = FakeDevice.About(found, "tegrastats").Channels.ToDictionary(c => c.Name);
        (channels[whole].Boundary, channels[whole].Parent).ShouldBe(("board", null));
        (channels[part].Boundary, channels[part].Parent).ShouldBe(("rail", whole));
        var (readings, end) = await _device.TakeAsync(found, "tegrastats", 5);
        var first = readings.Select(r => r.Reading).OfType<Reading.Taken>().First().Text();
        first.ShouldStartWith(ram + " ");
        first.ShouldContain($" {power} ");
        readings.Zip(readings.Skip(1)).ShouldAllBe(p => p.First.At < p.Second.At);
        end.Reason.ShouldBeNull();
    }

    [Fact]
    public async Task Tegrastats_is_left_out_where_the_power_monitors_themselves_are_read()
    {
        _device.Program("tegrastats", "echo 'RAM 1/2MB VDD_IN 1/1'; exec sleep 1000");
        foreach (var (file, text) in new[] { ("in1_label", "VDD_IN"), ("in1_input", "5016"), ("curr1_input", "1496") }) _device.Write($"sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3/{file}", text + "\n");
        var found = await _device.DiscoverAsync();
        found.Meters.ShouldHaveSingleItem().Meter.Name.ShouldBe("rails");
        found.Notices.ShouldContain(n => n.StartsWith("tegrastats is not used", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_that_does_not_work_is_refused_with_its_own_words()
    {
        _device.Program("tegrastats", "echo 'must be run as root' >&2; exit 1");
        _device.Program("nvidia-smi", "echo 'NVIDIA-SMI has failed because it could not communicate with the driver.'; exit 9");
        var refused = (await _device.DiscoverAsync()).Refused.ToDictionary(r => r.Name, r => r.Reason);
        refused["tegrastats"].ShouldBe("tegrastats: no line of tegrastats: \"must be run as root\"");
        refused["nvidia-smi"].ShouldBe("nvidia-smi: NVIDIA-SMI has failed because it could not communicate with the driver.");
    }

    [SkippableFact]
    public async Task A_phone_tells_its_battery_and_heat_by_its_services_and_its_gauge_by_its_quirk()
    {
        var battery = Path.Combine(SharedRecords.Folder("android"), "dumpsys_battery.txt");
        _device.Program("getprop", "case $1 in *manufacturer) echo Xiaomi;; *model) echo 'MI 8';; *) echo 9;; esac");
        _device.Program("dumpsys", $$"""
            case "$1 $2" in
              'battery ') cat '{{battery}}';;
              'thermalservice ') printf 'Thermal Status: 1\nHAL Ready: true\nCurrent temperatures from HAL:\n\tTemperature{mValue=41.5, mType=0, mName=CPU0, mStatus=0}\n';;
              'meminfo 77') printf ' TOTAL PSS:   1000   TOTAL RSS:  2000\n';;
              *) echo "Can't find service: $1";;
            esac
            """);
        foreach (var (file, text) in new[] { ("battery/type", "Battery"), ("battery/status", "Charging"), ("battery/voltage_now", "3888173"), ("battery/current_now", "-326171"), ("usb/type", "USB"), ("usb/online", "1") })
            _device.Write($"sys/class/power_supply/{file}", text + "\n");
        var found = await _device.DiscoverAsync();
        found.Facts.ShouldBe(new DeviceFacts("Xiaomi", "MI 8", "9", null));
        found.Notices.ShouldHaveSingleItem().ShouldContain("AccA issue 27");
        (await Of("battery-battery")).ShouldBe("voltage=3.888173 current=-0.326171 external-power=1");
        (await Of("battery-service")).ShouldContain("temperature=27.4 ");
        (await Of("thermal-service")).ShouldBe("CPU0=41.5 throttling=1");
        var process = await DeviceInstruments.OfProcessAsync(_device.Link, _device.Place, 77, Fast, _device.Patience);
        process.Meters.ShouldHaveSingleItem().About.Instrument.ShouldBe("Android dumpsys meminfo");
        (await _device.TakeAsync(process, "engine-memory", 1)).Readings[0].Reading.Text().ShouldBe("pss=1024000 rss=2048000");

        async Task<string> Of(string meter) => (await _device.TakeAsync(await DeviceInstruments.DiscoverAsync(_device.Link, _device.Place, Fast, _device.Patience), meter, 1)).Readings[0].Reading.Text();
    }

    [Fact]
    public async Task The_operators_word_on_the_gauge_goes_before_what_is_known_of_the_model()
    {
        _device.Program("getprop", "case $1 in *manufacturer) echo Xiaomi;; *model) echo 'MI 8';; *) echo 9;; esac");
        foreach (var (file, text) in new[] { ("type", "Battery"), ("status", "Unknown"), ("voltage_now", "4000000"), ("current_now", "-250") }) _device.Write($"sys/class/power_supply/battery/{file}", text + "\n");
        var settings = _device.Settings with { Battery = new(CurrentUnit.Milliampere, CurrentSign.PositiveIsIn, "the operator") };
        var found = await DeviceInstruments.DiscoverAsync(_device.Link, _device.Place, settings, _device.Patience);
        found.Notices.ShouldBeEmpty();
        (await _device.TakeAsync(found, "battery-battery", 1)).Readings[0].Reading.Text().ShouldBe("voltage=4 current=0.25");
    }

    private DeviceSettings Fast => _device.Settings with { Periods = _device.Settings.Periods.SetItems(((string[])["battery-battery", "battery-service", "thermal-service", "engine-memory"]).Select(n => KeyValuePair.Create(n, TimeSpan.FromMilliseconds(50)))) };
}
