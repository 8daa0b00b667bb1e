using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Sensors.Tests.Instruments.Remote;

public sealed class DeviceInstrumentsTests : IAsyncLifetime
{
    private readonly FakeDevice _device = new();

    public Task InitializeAsync() => Task.CompletedTask;
    public async Task DisposeAsync() => await _device.DisposeAsync();

    [SkippableFact]
    public async Task This_machine_seen_over_a_link_tells_its_processors_and_memory()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "/proc is Linux's");
        var place = new DevicePlace(new("self"), "self-clock");
        var found = await DeviceInstruments.DiscoverAsync(_device.Link, place, _device.Settings, _device.Patience);
        foreach (var meter in found.Meters)
        {
            DescriptionRules.Problem(meter.About).ShouldBeNull();
            meter.About.ClockDomain.ShouldBe("self-clock");
        }
        var before = Stamp.From(TimeProvider.System.GetUtcNow());
        var (readings, end) = await _device.TakeAsync(found, "cpu", 3);
        var values = readings.ConvertAll(r => r.Reading.ShouldBeOfType<Reading.Taken>());
        readings.ShouldAllBe(r => r.At >= before && r.At <= Stamp.From(TimeProvider.System.GetUtcNow()) + TimeSpan.FromSeconds(1));
        readings.Zip(readings.Skip(1)).ShouldAllBe(p => p.First.At < p.Second.At);
        values.ShouldAllBe(v => v.Values[0].Value.ToDouble() >= 0 && v.Values[0].Value.ToDouble() <= 1);
        values[2].Values[1].Value.ToDouble().ShouldBeGreaterThanOrEqualTo(values[0].Values[1].Value.ToDouble());
        end.ShouldBe(new SourceEnd(null, end.Frames, 0));

        var process = await DeviceInstruments.OfProcessAsync(_device.Link, place, Environment.ProcessId, _device.Settings, _device.Patience);
        var (memory, _) = await _device.TakeAsync(process, "engine-memory", 2);
        memory[0].Reading.ShouldBeOfType<Reading.Taken>().Values[0].Value.ToDouble().ShouldBeInRange(1e7, 1e11);
    }

    [Fact]
    public async Task A_link_without_a_usable_clock_is_refused_with_the_reason()
    {
        _device.Program("date", "echo N");
        var refusal = await Should.ThrowAsync<LinkException>(_device.DiscoverAsync);
        refusal.Message.ShouldContain("cannot be stamped");
    }

    [SkippableFact]
    public async Task A_shell_that_knows_the_time_itself_stamps_without_a_date()
    {
        Skip.If(LocalLink.Find("bash") is null, "there is no bash");
        _device.Program("date", "exit 1");
        Cpu(100);
        await using var link = new LinkThatDies(_device.Link, "bash");
        var found = await DeviceInstruments.DiscoverAsync(link, _device.Place, _device.Settings, _device.Patience);
        var before = Stamp.From(TimeProvider.System.GetUtcNow());
        var stamps = (await _device.TakeAsync(found, "cpu", 2)).Readings.ConvertAll(r => r.At);
        stamps.ShouldAllBe(at => at >= before && at <= Stamp.From(TimeProvider.System.GetUtcNow()));
        stamps[1].ShouldBeGreaterThan(stamps[0]);
    }

    [Fact]
    public async Task A_device_without_anything_says_why_for_each()
    {
        var found = await _device.DiscoverAsync();
        found.Usable.ShouldBeEmpty();
        found.Refused.Select(r => r.Name).ShouldBe(["cpu", "pressure", "frequency", "thermal", "rapl", "battery", "rails", "gpu"]);
        found.Refused.ShouldAllBe(r => r.Code == "no-sensor" && r.Reason.Length > 10);
    }

    [Fact]
    public async Task What_stands_still_while_the_device_is_looked_through_is_refused()
    {
        _device.Write("sys/class/thermal/thermal_zone0/type", "cpu\n");
        _device.Write("sys/class/thermal/thermal_zone1/type", "PMIC-Die\n");
        _device.Write("sys/class/thermal/thermal_zone1/temp", "100000\n");
        _device.Write("sys/class/thermal/thermal_zone2/type", "CV0-therm\n");
        _device.Write("sys/class/thermal/thermal_zone2/temp", "-256000\n");
        _device.Write("sys/class/thermal/thermal_zone0/temp", "41000\n");
        EachTimeTheClockIsAsked("n=$(cat sys/class/thermal/thermal_zone0/temp); echo $((n + 500)) > sys/class/thermal/thermal_zone0/temp");
        var found = await _device.DiscoverAsync();
        FakeDevice.About(found, "thermal").Channels.ShouldHaveSingleItem().Name.ShouldBe("cpu");
        var refused = found.Refused.Where(r => r.Quantity == "temperature").ToDictionary(r => r.Name);
        refused["thermal/PMIC-Die"].Code.ShouldBe("sensor-never-moved");
        refused["thermal/CV0-therm"].Reason.ShouldContain("-256 °C: what it belongs to is switched off");
    }

    [Fact]
    public async Task A_file_that_goes_and_comes_again_costs_the_readings_in_between()
    {
        Cpu(100);
        EachTimeTheClockIsAsked("n=$(($(cat n) + 1)); echo $n > n; if [ $((n % 3)) = 0 ]; then rm -f proc/stat; else echo \"cpu $n 0 0 $n 0 0 0 0\" > proc/stat; fi");
        _device.Write("n", "0");
        var (readings, _) = await _device.TakeAsync(await _device.DiscoverAsync(), "cpu", 9);
        readings.Select(r => r.Reading).OfType<Reading.Failed>().ShouldNotBeEmpty();
        readings.Select(r => r.Reading).OfType<Reading.Failed>().ShouldAllBe(f => f.Reason.Contains("/proc/stat does not exist", StringComparison.Ordinal));
        readings.Select(r => r.Reading).OfType<Reading.Taken>().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Junk_in_one_file_harms_no_other()
    {
        Cpu(100);
        _device.Write("proc/pressure/cpu", "some avg10=0.00 total=17\n\0\u0001proc/stat:cpu 9 9 9 9 9\n#0123456789abcdef 1700000000000000000\nno end of line");
        foreach (var file in (string[])["memory", "io"]) _device.Write($"proc/pressure/{file}", "some avg10=0.00 total=1000000\nfull avg10=0.00 total=2000000\n");
        EachTimeTheClockIsAsked("echo \"cpu $(date2 +%s%N) 0 0 7 0 0 0 0\" > proc/stat");
        var found = await _device.DiscoverAsync();
        var (pressure, end) = await _device.TakeAsync(found, "pressure", 3);
        pressure.ShouldAllBe(r => r.Reading.Text() == "cpu-some=0.000017 memory-some=1.000000 memory-full=2.000000 io-some=1.000000 io-full=2.000000");
        end.Cut.ShouldBe(0);
        (await _device.TakeAsync(found, "cpu", 2)).Readings.ShouldAllBe(r => r.Reading.Text().StartsWith("utilization=1.000000 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_loop_that_dies_ends_with_what_it_said()
    {
        Cpu(100);
        var found = await _device.DiscoverAsync();
        _device.Program("date", "echo 'no such clock' >&2; exit 1");
        var end = await found.Usable[0].RunAsync(_ => ValueTask.CompletedTask, _device.Patience);
        end.Reason.ShouldBe("its program on the device ended (exit code 3): no such clock");
    }

    [Fact]
    public async Task A_lost_link_ends_the_readings_with_its_reason()
    {
        Cpu(100);
        await using var link = new LinkThatDies(_device.Link);
        var found = await DeviceInstruments.DiscoverAsync(link, _device.Place, _device.Settings, _device.Patience);
        EachTimeTheClockIsAsked("n=$(date2 +%s%N); echo \"cpu $n 0 0 7 0 0 0 0\" > proc/stat");
        var end = await found.Usable[0].RunAsync(_ =>
        {
            link.Cut("the cable was pulled");
            return ValueTask.CompletedTask;
        }, _device.Patience);
        end.Reason.ShouldBe("the link was lost: the cable was pulled");
        (await found.Usable[0].RunAsync(_ => ValueTask.CompletedTask, _device.Patience)).Reason.ShouldBe("the link was lost: the cable was pulled");
    }

    [SkippableFact]
    public async Task A_process_that_ends_ends_its_meters_quietly()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "/proc is Linux's");
        await using var process = await _device.Link.StartAsync(new("sleep", ["1000"]), _device.Patience);
        var place = new DevicePlace(new("self"), "self-clock");
        var found = await DeviceInstruments.OfProcessAsync(_device.Link, place, process.Id!.Value, _device.Settings, _device.Patience);
        found.Meters.Select(m => m.Meter.Name).ShouldBe(["engine-cpu", "engine-memory"]);
        var last = new Dictionary<string, Reading>();
        var ends = await Task.WhenAll(found.Usable.Select(s => s.RunAsync(reading =>
        {
            lock (last) last[reading.Meter.Name] = reading.Reading;
            process.Kill();
            return ValueTask.CompletedTask;
        }, _device.Patience)));
        ends.ShouldAllBe(e => e.Reason == null);
        last.Values.ShouldAllBe(r => r is Reading.Gone);
        last.Count.ShouldBe(2);
    }

    private void Cpu(long busy) => _device.Write("proc/stat", $"cpu  {busy} 0 0 100 0 0 0 0 0 0\ncpu0 1 2 3 4\nintr 5 6\n");

    /// <summary>Moves the device's world whenever its loop stamps a frame: no test waits.</summary>
    private void EachTimeTheClockIsAsked(string step)
    {
        var real = LocalLink.Find("date").ShouldNotBeNull();
        _device.Program("date2", $"exec {real} \"$@\"");
        _device.Program("date", $"{step}\nexec {real} \"$@\"");
    }
}
