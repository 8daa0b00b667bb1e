using MELT.Sensors.Alignment;
using MELT.Sensors.Calibration;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Calibration;

/// <summary>Virtual sessions of steps of load.</summary>
internal static class Exercised
{
    public static LabProfile Bench(string profile, double seconds = 110) => LabProfiles.All[profile] with
    {
        Meters = [LabProfiles.All[profile].Meters[0]],
        Workload = new() { BaselineSeconds = 5, CoolDownSeconds = 5, Exercise = ExercisePattern.Of(TimeSpan.FromSeconds(seconds)) },
    };

    public static RecordedSession Session(LabProfile bench, long seed = 1) => RecordedSession.From(SimulatedLab.RunVirtual(bench, seed).Entries);

    public static MeterId Meter(LabProfile bench) => new(bench.Device, bench.Meters[0].Name);

    public static SensorGrade Grade(LabProfile bench, Func<MeterDescription, MeterDescription>? states = null, long seed = 1)
    {
        var entries = SimulatedLab.RunVirtual(bench, seed).Entries.Select(e => states is not null && e is RecordingEntry.Described d ? d with { Description = states(d.Description) } : e);
        return SensorCheck.Of(RecordedSession.From(entries), Meter(bench));
    }

    /// <summary>The meter with one change to its only power channel.</summary>
    public static LabProfile With(this LabProfile bench, Func<MeterProfile, MeterProfile> change) => bench with { Meters = [change(bench.Meters[0])] };
}
