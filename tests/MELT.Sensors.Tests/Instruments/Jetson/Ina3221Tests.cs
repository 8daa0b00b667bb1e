using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Energy;
using MELT.Sensors.Instruments.Jetson;
using MELT.Sensors.Meters;
using MELT.Sensors.Tests.Import;
using MELT.Sensors.Tests.Instruments.Remote;

namespace MELT.Sensors.Tests.Instruments.Jetson;

/// <summary>The rails of synthetic boards: sysfs trees that jetson-monitor is developed with.</summary>
public sealed class Ina3221Tests : IAsyncLifetime
{
    private readonly FakeDevice _device = new();

    public Task InitializeAsync() => Task.CompletedTask;
    public async Task DisposeAsync() => await _device.DisposeAsync();

    private void Board(string tree, string? model)
    {
        foreach (var line in File.ReadLines(Path.Combine(SharedRecords.Folder("melt-original"), "dummy_sysfs_tree_values.tsv")))
        {
            if (line.Split('\t') is not [var path, var value] || path.Split('/', 3) is not ["dummy_files", var board, var file] || board != tree) continue;
            _device.Write(file.Replace("sys/devices/virtual/thermal", "sys/class/thermal", StringComparison.Ordinal), value + "\n");
        }
        if (model is not null) _device.Write("proc/device-tree/model", model + "\0");
    }

    private static string Rails(MeterDescription about) => string.Join(' ', about.Channels.Select(c => $"{c.Name}:{c.Boundary ?? "none"}{(c.Parent is null ? "" : "<" + c.Parent)}"));

    [SkippableFact]
    public async Task Of_an_orin_nano_the_input_is_the_board_and_the_others_lie_below_it()
    {
        Board("orin_nano", "NVIDIA Jetson Orin Nano Developer Kit");
        var found = await _device.DiscoverAsync();
        var about = FakeDevice.About(found, "rails");
        Rails(about).ShouldBe("vVDD_IN:board iVDD_IN:board vVDD_CPU_GPU_CV:rail<vVDD_IN iVDD_CPU_GPU_CV:rail<iVDD_IN vVDD_SOC:rail<vVDD_IN iVDD_SOC:rail<iVDD_IN");
        found.Facts.Board.ShouldBe("NVIDIA Jetson Orin Nano Developer Kit");
        found.Notices.ShouldBeEmpty();
        found.Refused.Where(r => r.Reason.Contains("-256", StringComparison.Ordinal)).Count().ShouldBe(3);
        var (readings, _) = await _device.TakeAsync(found, "rails", 2);
        readings[1].Reading.Text().ShouldBe("vVDD_IN=5.016 iVDD_IN=1.496 vVDD_CPU_GPU_CV=5.008 iVDD_CPU_GPU_CV=0.544 vVDD_SOC=5.016 iVDD_SOC=0.328");

        var offers = Offers(about, [5016, 1496, 5008, 544, 5016, 328]);
        offers.Keys.ShouldBe(["board", "rail"]);
        offers["board"].ShouldBe([("fake/rails.vVDD_IN*iVDD_IN", 7.503936)]);
        offers["rail"].ShouldBe([("fake/rails.vVDD_CPU_GPU_CV*iVDD_CPU_GPU_CV", 2.724352), ("fake/rails.vVDD_SOC*iVDD_SOC", 1.645248)]);
    }

    [SkippableFact]
    public async Task Of_an_agx_orin_nothing_is_the_whole_and_unconnected_inputs_are_not_there()
    {
        Board("orin_agx", "NVIDIA Jetson AGX Orin Developer Kit");
        var found = await _device.DiscoverAsync();
        Rails(FakeDevice.About(found, "rails")).ShouldBe(
            "vVDD_GPU_SOC:rail iVDD_GPU_SOC:rail vVDD_CPU_CV:rail iVDD_CPU_CV:rail vVIN_SYS_5V0:rail iVIN_SYS_5V0:rail vVDDQ_VDD2_1V8AO:none iVDDQ_VDD2_1V8AO:none");
        found.Notices.ShouldHaveSingleItem().ShouldContain("VDDQ_VDD2_1V8AO");
    }

    [SkippableFact]
    public async Task Rails_of_an_unknown_board_are_recorded_and_counted_nowhere_unless_the_operator_says()
    {
        Board("orin_nano", null);
        var found = await _device.DiscoverAsync();
        FakeDevice.About(found, "rails").Channels.ShouldAllBe(c => c.Boundary == null && c.Parent == null);
        found.Notices.ShouldHaveSingleItem().ShouldContain("VDD_IN, VDD_CPU_GPU_CV, VDD_SOC of this device");

        var settings = _device.Settings with { Rails = [new("VDD_IN", "dc-in"), new("VDD_SOC", "rail", "VDD_IN"), new("VDD_CPU_GPU_CV", "rail", "VDD_IN")] };
        found = await MELT.Sensors.Instruments.Remote.DeviceInstruments.DiscoverAsync(_device.Link, _device.Place, settings, _device.Patience);
        Rails(FakeDevice.About(found, "rails")).ShouldStartWith("vVDD_IN:dc-in iVDD_IN:dc-in vVDD_CPU_GPU_CV:rail<vVDD_IN ");
        found.Notices.ShouldBeEmpty();
    }

    [Fact]
    public void Two_rails_of_one_label_are_told_apart_and_the_older_driver_is_read_too()
    {
        using var host = new FakeHost();
        foreach (var chip in (string[])["0-0040", "0-0041"])
        {
            host.Write($"sys/bus/i2c/drivers/ina3221x/{chip}/iio:device0/rail_name_0", "VDD_IN\n");
            host.Write($"sys/bus/i2c/drivers/ina3221x/{chip}/iio:device0/in_voltage0_input", "19000\n");
            host.Write($"sys/bus/i2c/drivers/ina3221x/{chip}/iio:device0/in_current0_input", "250\n");
        }
        var rails = Ina3221.Find(host.Place, new RailTopology("quill", []), _ => { }).Usable.ShouldHaveSingleItem();
        rails.ShouldBeSound();
        rails.Read().Text().ShouldBe("vVDD_IN=19 iVDD_IN=0.25 vVDD_IN-0-0041=19 iVDD_IN-0-0041=0.25");
    }

    [Fact]
    public void The_window_and_the_step_of_current_are_told_where_the_driver_tells_them()
    {
        using var host = new FakeHost();
        const string Folder = "sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3";
        foreach (var (file, text) in new[] { ("in1_label", "VDD_IN"), ("in1_input", "5016"), ("curr1_input", "1496"), ("shunt1_resistor", "5000"), ("update_interval", "50") }) host.Write($"{Folder}/{file}", text + "\n");
        var about = Ina3221.Find(host.Place, new RailTopology(null, []), _ => { }).Usable.ShouldHaveSingleItem().About;
        (about.Kind, about.WindowSeconds, about.StampPosition).ShouldBe((SensorKind.Averaged, 0.05, StampPosition.End));
        about.Channels.Select(c => c.Resolution).ShouldBe([0.008, 0.008]);
    }

    /// <summary>What the analysis would integrate, as boundary, sensor and watts.</summary>
    private static SortedDictionary<string, (string Sensor, double Watts)[]> Offers(MeterDescription about, long[] milli)
    {
        var block = new SampleBlock(null, false, [0, 100_000_000, 200_000_000], [.. about.Channels.Select((c, i) => new SampleColumn(c.Name, new Grid(1, -3), [milli[i], milli[i], milli[i]]))]);
        var meter = new RecordedMeter(new(new("fake"), "rails"))
        {
            Descriptions = ImmutableSortedDictionary<long, MeterDescription>.Empty.Add(1, about),
            Blocks = ImmutableSortedDictionary<long, SampleBlock>.Empty.Add(2, block),
        };
        return new(PowerSensors.Of(meter).ToDictionary(o => o.Boundary, o => o.Sensors.Select(s => (s.Name, s.Readings.Values[0])).ToArray()));
    }
}
