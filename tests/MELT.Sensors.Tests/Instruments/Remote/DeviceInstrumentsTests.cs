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
}
