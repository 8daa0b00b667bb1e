using System.Collections.Immutable;
using MELT.Devices.Links;
using MELT.Sensors.Instruments.Android;
using MELT.Sensors.Instruments.Jetson;

namespace MELT.Sensors.Instruments.Remote;

/// <summary>
/// Finds the meters of a device at the end of a link by what it has, whatever it calls itself: what <see cref="HostInstruments"/> is for this host.
/// Throws <see cref="LinkException"/> when the link fails or the device's shell cannot do what sampling needs.
/// </summary>
public static class DeviceInstruments
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Everything that concerns the whole device. Takes up to <see cref="DeviceSettings.Patience"/> where something stands still.</summary>
    public static async Task<DeviceFound> DiscoverAsync(ILink link, DevicePlace place, DeviceSettings settings, CancellationToken stop)
    {
        var probe = await DeviceProbe.RunAsync(link, place, stop);
        var host = new HostPlace(probe.Tree, place.Device, place.ClockDomain);
        var notices = ImmutableArray.CreateBuilder<string>();
        var quirk = settings.Battery ?? BatteryQuirks.Of(probe.Facts, notices.Add);
        var rails = new RailTopology(probe.Facts.Board, settings.Rails);
        var candidates = HostInstruments.Processors(host).And(PressureStall.Find(host)).And(ProcessorFrequency.Find(host)).And(ThermalZones.Find(host))
            .And(RaplEnergy.Find(host)).And(Battery.Find(host, quirk)).And(Ina3221.Find(host, rails, notices.Add)).And(JetsonGpu.Find(host)).And(PowerRails.Find(host, rails, notices.Add));
        var files = await WatchAsync(link, probe, candidates, settings, stop);
        var programs = await DevicePrograms.FindAsync(link, probe, host, rails, settings, files.Usable, notices.Add, stop);
        return new(probe.Facts, [.. Sources(link, probe, settings, files.Usable), .. programs.Usable], files.Refused.AddRange(programs.Refused), notices.ToImmutable());
    }

    /// <summary>What concerns the engine's process alone, by its number on the device.</summary>
    public static async Task<DeviceFound> OfProcessAsync(ILink link, DevicePlace place, int processId, DeviceSettings settings, CancellationToken stop)
    {
        var probe = await DeviceProbe.OfProcessAsync(link, place, processId, stop);
        var found = HostInstruments.OfProcess(new(probe.Tree, place.Device, place.ClockDomain), processId);
        var memory = found.Usable.Any(i => i.Meter.Name == MemoryDump.Name) ? new([], [])
            : await DevicePrograms.MemoryAsync(link, probe, place, processId, settings, stop);
        return new(probe.Facts, [.. Sources(link, probe, settings, found.Usable), .. memory.Usable], found.Refused.AddRange(memory.Refused), []);
    }

    /// <summary>One loop on the device for each period.</summary>
    private static IEnumerable<IReadingSource> Sources(ILink link, DeviceProbe probe, DeviceSettings settings, ImmutableArray<IInstrument> instruments) =>
        instruments.GroupBy(i => settings.PeriodOf(i.Meter.Name, i.Period)).OrderBy(g => g.Key)
            .Select(g => new FileSource(link, probe.Shell, probe.Tree, g.Key, [.. g]));

    /// <summary>Samples what must move until it has, or patience ends by the device's clock.</summary>
    private static async Task<Found> WatchAsync(ILink link, DeviceProbe probe, Found candidates, DeviceSettings settings, CancellationToken stop)
    {
        var watched = candidates.Usable.Where(i => i.Movement != Movement.None).Select(i => new MovementWatch(i)).ToList();
        if (watched.Count > 0)
        {
            var paths = FileSource.PathsOf(probe.Tree, candidates.Usable.Where(i => i.Movement != Movement.None));
            long? began = null;
            var end = await DeviceLoop.RunAsync(link, mark => probe.Shell.Files(mark, paths, Step), Step, frame =>
            {
                began ??= frame.At.Nanoseconds;
                probe.Tree.Show(paths, frame.Lines);
                foreach (var watch in watched) watch.Look();
                return ValueTask.FromResult(watched.Exists(w => !w.IsDecided) && frame.At.Nanoseconds - began < settings.Patience.Ticks * 100);
            }, stop);
            stop.ThrowIfCancellationRequested();
            if (end.Reason is { } reason) throw new LinkException($"{link.Name}: its meters cannot be watched: {reason}");
        }
        var still = candidates.Usable.Where(i => i.Movement == Movement.None).Aggregate(new Found([], candidates.Refused), (all, next) => all.And(Found.One(next)));
        return watched.Aggregate(still, (all, next) => all.And(next.Verdict(settings.Patience)));
    }
}
