using System.Collections.Immutable;
using MELT.Devices.Simulation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Trials;

/// <summary>A recording whose entries arrive in any order, the opening last if it must be, gives the same results, byte for byte.</summary>
public static class ShuffleTrials
{
    private const int Seed = 7;

    // Short, and with all that arrival can spoil: two meters whose clocks step, blocks that are lost, repeated, late.
    private static readonly LabProfile Bench = LabProfiles.JetsonRails with
    {
        DeviceProfile = LabProfiles.JetsonRails.DeviceProfile with { LoadSeconds = 0.2, PrefillTokensPerSecond = 400, DecodeTokensPerSecond = 20 },
        Meters = [.. LabProfiles.JetsonRails.Meters.Select(m => m with { PeriodSeconds = m.PeriodSeconds * 4, BlockSamples = 10, Channels = m.Channels[..1], Clock = m.Clock with { Steps = [(1.1, 0.02)] } })],
        Network = new() { Loss = 0.05, Duplication = 0.1, Reordering = 0.2, HeldBackSeconds = 0.3 },
        Workload = new() { BaselineSeconds = 0.8, Requests = 2, PromptTokens = 80, GeneratedTokens = 6, PauseSeconds = 0.2, CoolDownSeconds = 0.3 },
    };

    /// <summary>The session that is shuffled, as it happened.</summary>
    public static ImmutableArray<RecordingEntry> Recording() => SimulatedLab.RunVirtual(Bench, Seed).Entries;

    public static AccuracyCheck Check(int shuffles)
    {
        var entries = Recording();
        var hashes = Enumerable.Range(0, shuffles).AsParallel().Select(seed => Hash(seed == 0 ? entries : Shuffled(entries, new SeededRandom(seed, "shuffle")))).Distinct().Count();
        return AccuracyCheck.AtMost("shuffled-arrival/hashes", hashes, 1, $"{shuffles} orders of the {entries.Length} entries of one session");
    }

    private static string Hash(IEnumerable<RecordingEntry> entries) => ResultsJson.Sha256(SessionAnalysis.Analyse(RecordedSession.From(entries)));

    // A block's number is its place in the meter's stream, so a block that arrives at another time has another number.
    private static IEnumerable<RecordingEntry> Shuffled(ImmutableArray<RecordingEntry> entries, SeededRandom random)
    {
        var shuffled = entries.ToArray();
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var j = (int)(random.Uniform() * (i + 1));
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }
        var next = 1L;
        return shuffled.Select(entry => entry is RecordingEntry.Block block ? block with { Number = ++next } : entry);
    }
}
