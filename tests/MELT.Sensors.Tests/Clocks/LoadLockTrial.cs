using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Clocks;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Clocks;

/// <summary>A simulated session twice: once with a meter whose clock nobody knows, once with the same clock probed, which tells where its lag truly lies.</summary>
internal sealed record LoadLockTrial(ClockRelation Relation, double ErrorNanoseconds, double U, SessionResults Results, VirtualSession Session)
{
    public static LoadLockTrial Play(LabProfile profile, int seed, bool code)
    {
        var workload = profile.Workload with { Sync = code ? SyncPattern.For([new SimulatedMeter(profile.Meters[0], 1, new(profile.DeviceProfile, 1), new(0)).Describe()]) : null };
        var unknown = profile with { Workload = workload, Meters = [.. profile.Meters.Select(m => m with { Clock = m.Clock with { Known = false } })] };
        var session = SimulatedLab.RunVirtual(unknown, seed);
        var (recorded, probed) = (RecordedSession.From(session.Entries), RecordedSession.From(SimulatedLab.RunVirtual(profile with { Workload = workload }, seed).Entries));
        var name = $"{profile.Device}/{profile.Meters[0].Name}";
        var (relation, truth) = (MeterClocks.Relate(recorded, recorded.Meters[name]), MeterClocks.Relate(probed, probed.Meters[name]));
        var results = SessionAnalysis.Analyse(recorded);
        if (relation.Quality != ClockQuality.Locked) return new(relation, double.NaN, double.NaN, results, session);
        var at = relation.Segments[0].Origin.Nanoseconds;
        return new(relation, relation.At(at).ToMeter(at) - truth.At(at).ToMeter(at), relation.At(at).UAt(at), results, session);
    }
}
