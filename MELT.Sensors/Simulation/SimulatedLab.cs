using System.Collections.Immutable;
using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;

namespace MELT.Sensors.Simulation;

/// <summary>A whole simulated session: what would be recorded, and what is true, one truth per boundary.</summary>
public sealed record VirtualSession(ImmutableArray<RecordingEntry> Entries, ImmutableArray<SimulatedTruth> Truths);

/// <summary>Runs sessions of the simulated lab in virtual time, as fast as the machine computes.</summary>
public static class SimulatedLab
{
    private static readonly Stamp Midnight = new(1_767_225_600_000_000_000);   // 2026-01-01
    private const long ProbeInterval = 2_000_000_000;

    /// <summary>Throws <see cref="ArgumentException"/> when there is no such profile.</summary>
    public static VirtualSession RunVirtual(string profile, long seed, SimulatedWorkload? workload = null) =>
        LabProfiles.All.TryGetValue(profile, out var found)
            ? RunVirtual(workload is null ? found : found with { Workload = workload }, seed)
            : throw new ArgumentException($"There is no simulated profile {profile}; there are {string.Join(", ", LabProfiles.All.Keys)}.", nameof(profile));

    public static VirtualSession RunVirtual(LabProfile profile, long seed) => RunVirtualOn(profile, seed).Session;

    /// <summary>The same with its device, whose power any other meter may read.</summary>
    public static (VirtualSession Session, SimulatedDevice Device) RunVirtualOn(LabProfile profile, long seed)
    {
        var device = new SimulatedDevice(profile.DeviceProfile, seed);
        var meters = profile.Meters.Select(meter => new SimulatedMeter(meter, seed, device, Midnight + -meter.Lead)).ToList();
        var play = VirtualPlay.Of(profile, device, seed, Midnight);
        var network = new SimulatedNetwork(profile.Network, seed);

        var timed = new List<(Stamp At, RecordingEntry Entry)>();
        timed.AddRange(play.Entries);
        foreach (var meter in meters) timed.AddRange(new VirtualMeterStream(profile.Device, meter, network).Entries(Midnight + -meter.Profile.Lead, play.End + meter.Profile.Lead, ProbeInterval));
        var entries = timed.OrderBy(item => item.At).Select(item => item.Entry);
        var truths = meters.SelectMany(meter => meter.Views).DistinctBy(view => view.Boundary)
            .Select(view => SimulatedTruth.Of(view, play.Events, play.Phases, profile.Workload.Warmup));
        return (new([new RecordingEntry.Opened(play.Header), .. entries, new RecordingEntry.Closed("complete", null)], [.. truths]), device);
    }
}
