using System.Collections.Immutable;
using MELT.Sensors.Instruments.Jetson;

namespace MELT.Sensors.Instruments;

/// <summary>Finds the instruments of this host that are present, readable and really move.</summary>
public static class HostInstruments
{
    /// <summary>How long a counter of energy may stand, and how long a temperature, before it is taken for dead.</summary>
    private static readonly TimeSpan PatienceForCounters = TimeSpan.FromSeconds(1), PatienceForValues = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>Everything that concerns the whole host. Takes up to two seconds where something stands still.</summary>
    /// <param name="programs">Where programs that print readings are looked for; null: none are.</param>
    public static async Task<Found> DiscoverAsync(HostPlace host, TimeProvider time, CancellationToken stop, HostPrograms? programs = null)
    {
        var notices = ImmutableArray.CreateBuilder<string>();
        var rails = Rails(host, notices.Add);
        var candidates = Processors(host).And(PressureStall.Find(host)).And(ProcessorFrequency.Find(host))
            .And(ThermalZones.Find(host)).And(RaplEnergy.Find(host)).And(Battery.Find(host)).And(SupplyInputs.Find(host)).And(rails).And(Hwmon.Find(host, rails.Usable.Length > 0));
        var moved = await Task.WhenAll(candidates.Usable.Select(i => WatchAsync(i, time, stop)));
        var found = moved.Aggregate(new Found([], candidates.Refused) { Notices = notices.ToImmutable() }, (all, next) => all.And(next));
        return programs is null ? found : found.And(await programs.FindAsync(host, time, stop));
    }

    /// <summary>What concerns the engine's process alone; asked for once the engine answers.</summary>
    public static Found OfProcess(HostPlace host, int processId) =>
        OfProcess(new ProcessCpuTime(host, processId), "cpu-time").And(OfProcess(new ProcessMemory(host, processId), "memory"));

    internal static Found Processors(HostPlace host)
    {
        // The one that was tried is not the one used: its next share would span all of discovery.
        return new CpuUtilization(host).Read() is Reading.Failed failed
            ? Found.None("cpu", "utilization", $"processor utilisation: {failed.Reason}")
            : Found.One(new CpuUtilization(host));
    }

    /// <summary>The rails of a host that is a Jetson; of others there is nothing to say.</summary>
    private static Found Rails(HostPlace host, Action<string> notice)
    {
        var board = host.Tree.TryRead("proc/device-tree/model", out var model, out _) ? model.Trim('\0', '\n', ' ') : null;
        var found = Ina3221.Find(host, new RailTopology(board, []), notice).And(JetsonGpu.Find(host));
        return found.Usable.IsEmpty && JetsonRails.Of(board) is null ? new([], []) : found;
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
        var patience = instrument.Movement == Movement.Advances ? PatienceForCounters : PatienceForValues;
        var watch = new MovementWatch(instrument);
        for (var began = time.GetTimestamp(); !watch.IsDecided && time.GetElapsedTime(began) < patience; watch.Look()) await Task.Delay(Step, time, stop);
        return watch.Verdict(patience);
    }
}
