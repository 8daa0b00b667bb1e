using System.Collections.Immutable;

namespace MELT.Sensors.Instruments;

/// <summary>Finds the instruments of this host that are present, readable and really move.</summary>
public static class HostInstruments
{
    /// <summary>How long a counter of energy may stand, and how long a temperature, before it is taken for dead.</summary>
    private static readonly TimeSpan PatienceForCounters = TimeSpan.FromSeconds(1), PatienceForValues = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>Everything that concerns the whole host. Takes up to two seconds where something stands still.</summary>
    public static async Task<Found> DiscoverAsync(HostPlace host, TimeProvider time, CancellationToken stop)
    {
        var candidates = Processors(host).And(PressureStall.Find(host)).And(ProcessorFrequency.Find(host))
            .And(ThermalZones.Find(host)).And(RaplEnergy.Find(host)).And(Battery.Find(host));
        var moved = await Task.WhenAll(candidates.Usable.Select(i => WatchAsync(i, time, stop)));
        return moved.Aggregate(new Found([], candidates.Refused), (all, next) => all.And(next));
    }

    /// <summary>What concerns the engine's process alone; asked for once the engine answers.</summary>
    public static Found OfProcess(HostPlace host, int processId) =>
        OfProcess(new ProcessCpuTime(host, processId), "cpu-time").And(OfProcess(new ProcessMemory(host, processId), "memory"));

    private static Found Processors(HostPlace host)
    {
        // The one that was tried is not the one used: its next share would span all of discovery.
        return new CpuUtilization(host).Read() is Reading.Failed failed
            ? Found.None("cpu", "utilization", $"processor utilisation: {failed.Reason}")
            : Found.One(new CpuUtilization(host));
    }

    private static Found OfProcess(IInstrument instrument, string quantity) => instrument.Read() switch
    {
        Reading.Failed failed => Found.None(instrument.Meter.Name, quantity, $"{quantity} of the engine: {failed.Reason}"),
        Reading.Gone gone => Found.None(instrument.Meter.Name, quantity, $"{quantity} of the engine: {gone.Reason}"),
        _ => Found.One(instrument),
    };

    /// <summary>Reads until every channel has moved, or patience ends; what stood still is refused channel by channel.</summary>
    private static async Task<Found> WatchAsync(IInstrument instrument, TimeProvider time, CancellationToken stop)
    {
        if (instrument.Movement == Movement.None) return Found.One(instrument);
        var patience = instrument.Movement == Movement.Advances ? PatienceForCounters : PatienceForValues;
        var (began, first) = (time.GetTimestamp(), instrument.Read());
        var still = instrument.About.Channels.Select(c => c.Name).ToHashSet();
        while (first is Reading.Taken before && still.Count > 0 && time.GetElapsedTime(began) < patience)
        {
            await Task.Delay(Step, time, stop);
            if (instrument.Read() is not Reading.Taken now) continue;
            foreach (var (old, value) in before.Values.Zip(now.Values))
            {
                if (instrument.Movement == Movement.Advances ? value.Value.ToDouble() > old.Value.ToDouble() : value != old) still.Remove(value.Channel);
            }
        }
        if (first is Reading.Failed failed) return Found.None(instrument.Meter.Name, instrument.About.Channels[0].Quantity!, failed.Reason);
        ImmutableArray<RefusedInstrument> refused = [.. instrument.About.Channels.Where(c => still.Contains(c.Name)).Select(c => new RefusedInstrument(
            $"{instrument.Meter.Name}/{c.Name}", c.Quantity!, "sensor-never-moved", $"{instrument.About.Instrument}, {c.Name}: the {c.Quantity} did not move in {patience.TotalSeconds:0} s"))];
        var moving = instrument.About.Channels.Select(c => c.Name).Where(n => !still.Contains(n)).ToHashSet();
        return new(moving.Count == 0 ? [] : still.Count == 0 ? [instrument] : [instrument.Keep(moving)], refused);
    }
}
