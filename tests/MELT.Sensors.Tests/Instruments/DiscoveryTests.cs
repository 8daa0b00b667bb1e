using MELT.Sensors.Instruments;

namespace MELT.Sensors.Tests.Instruments;

public sealed class DiscoveryTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    private Task<Found> Discover(Action? meanwhile = null) => HostInstruments.DiscoverAsync(_host.Place, new SteppingTime(meanwhile ?? (() => { })), CancellationToken.None);

    [Fact]
    public async Task An_empty_host_has_no_instruments_and_a_reason_for_each()
    {
        var found = await Discover();
        found.Usable.ShouldBeEmpty();
        found.Refused.Select(r => r.Name).ShouldBe(["cpu", "pressure", "frequency", "thermal", "rapl", "battery"]);
        found.Refused.ShouldAllBe(r => r.Code == "no-sensor" && r.Reason.Length > 10);
        found.Refused[0].Reason.ShouldContain("/proc/stat does not exist");
    }

    [Fact]
    public async Task Energy_that_only_root_may_read_is_refused_with_the_way_out()
    {
        _host.Rapl("intel-rapl:0", "package-0", 1);
        _host.Rapl("intel-rapl:0:0", "core", 1);
        _host.Forbid("sys/class/powercap/intel-rapl:0/energy_uj");
        _host.Forbid("sys/class/powercap/intel-rapl:0:0/energy_uj");
        var refused = (await Discover()).Refused.Where(r => r.Quantity == "energy").ShouldHaveSingleItem();
        refused.Code.ShouldBe("no-sensor");
        refused.Reason.ShouldStartWith("RAPL is readable by root only: run `sudo chmod");
    }

    [Fact]
    public async Task A_counter_that_does_not_advance_is_refused()
    {
        _host.Rapl("intel-rapl:0", "package-0", 5_000_000);
        var found = await Discover();
        found.Usable.ShouldBeEmpty();
        var refused = found.Refused.Where(r => r.Quantity == "energy").ShouldHaveSingleItem();
        refused.Code.ShouldBe("sensor-never-moved");
        refused.Name.ShouldBe("rapl-0/package-0");
        refused.Reason.ShouldContain("the energy did not move in 1 s");
    }

    [Fact]
    public async Task Of_a_package_only_the_rails_that_advance_are_used()
    {
        var energy = 5_000_000;
        _host.Rapl("intel-rapl:0", "package-0", energy);
        _host.Rapl("intel-rapl:0:0", "core", energy);
        _host.Rapl("intel-rapl:0:1", "uncore", 0);
        var found = await Discover(() =>
        {
            energy += 1000;
            _host.Rapl("intel-rapl:0", "package-0", energy);
            _host.Rapl("intel-rapl:0:0", "core", energy);
        });
        var rapl = found.Usable.ShouldHaveSingleItem();
        rapl.ShouldBeSound();
        rapl.About.Channels.Select(c => c.Name).ShouldBe(["package-0", "core"]);
        rapl.Read().ShouldBeOfType<Reading.Taken>().Values.Length.ShouldBe(2);
        found.Refused.Where(r => r.Quantity == "energy").ShouldHaveSingleItem().Name.ShouldBe("rapl-0/uncore");
    }

    [Fact]
    public async Task A_counter_that_starts_again_while_it_is_watched_does_advance()
    {
        var energy = 262_143_328_000;
        _host.Rapl("intel-rapl:0", "package-0", energy);
        var found = await Discover(() => _host.Rapl("intel-rapl:0", "package-0", energy = (energy + 500_000) % 262_143_328_850));
        found.Usable.ShouldHaveSingleItem().Meter.Name.ShouldBe("rapl-0");
    }

    [Fact]
    public async Task A_temperature_that_moves_only_late_is_waited_for_and_one_that_never_does_is_not_believed()
    {
        var steps = 0;
        _host.Write("sys/class/thermal/thermal_zone0/type", "cpu");
        _host.Write("sys/class/thermal/thermal_zone0/temp", "40000");
        _host.Write("sys/class/thermal/thermal_zone1/type", "dummy");
        _host.Write("sys/class/thermal/thermal_zone1/temp", "25000");
        var found = await Discover(() =>
        {
            if (++steps == 30) _host.Write("sys/class/thermal/thermal_zone0/temp", "41000");
        });
        found.Usable.ShouldHaveSingleItem().About.Channels.ShouldHaveSingleItem().Name.ShouldBe("cpu");
        var refused = found.Refused.Where(r => r.Quantity == "temperature").ShouldHaveSingleItem();
        (refused.Name, refused.Code).ShouldBe(("thermal/dummy", "sensor-never-moved"));
    }

    [Fact]
    public async Task A_nominal_frequency_is_not_taken_for_a_measured_one()
    {
        _host.Write("proc/cpuinfo", "cpu MHz\t\t: 2499.984\n");
        var found = await Discover();
        found.Usable.ShouldBeEmpty();
        found.Refused.Where(r => r.Quantity == "frequency").ShouldHaveSingleItem().Code.ShouldBe("sensor-never-moved");
    }

    [Fact]
    public async Task Processors_are_used_without_waiting()
    {
        _host.Stat(1, 1);
        var found = await Discover();
        found.Usable.ShouldHaveSingleItem().Meter.Name.ShouldBe("cpu");
    }

    [Fact]
    public async Task Cancelling_ends_discovery()
    {
        _host.Rapl("intel-rapl:0", "package-0", 5_000_000);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => HostInstruments.DiscoverAsync(_host.Place, TimeProvider.System, stop.Token));
    }

    [SkippableFact]
    public async Task The_instruments_of_this_host_describe_themselves_soundly_and_the_others_say_why_not()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "/proc is Linux's");
        var found = await HostInstruments.DiscoverAsync(new(new HostTree(), new("host"), "host-clock"), TimeProvider.System, CancellationToken.None);
        foreach (var instrument in found.Usable)
        {
            instrument.ShouldBeSound();
            instrument.Read().ShouldNotBeOfType<Reading.Failed>();
        }
        found.Usable.Select(i => i.Meter.Name).ShouldContain("cpu");
        found.Refused.ShouldAllBe(r => r.Reason.Length > 10);
    }
}
