using MELT.Devices.Simulation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Trials;

/// <summary>A recording whose entries arrive in any order gives the same results, byte for byte.</summary>
public static class ShuffleTrials
{
    public static AccuracyCheck Check(int shuffles)
    {
        var bench = LabProfiles.JetsonRails;
        var entries = SimulatedLab.RunVirtual(bench with
        {
            Workload = bench.Workload with { BaselineSeconds = 0.5, Requests = 2, PromptTokens = 60, GeneratedTokens = 6, PauseSeconds = 0.1, CoolDownSeconds = 0.2 },
            Network = new() { Loss = 0.01, Duplication = 0.02, Reordering = 0.05 },
        }, 1).Entries;
        var hashes = Enumerable.Range(0, shuffles).AsParallel().Select(seed => Hash(seed == 0 ? [.. entries] : Shuffled([.. entries], new SeededRandom(seed, "shuffle")))).Distinct().Count();
        return AccuracyCheck.AtMost("shuffled-arrival/hashes", hashes, 1, $"{shuffles} orders of the {entries.Length} entries of one session");
    }

    private static string Hash(RecordingEntry[] entries) => ResultsJson.Sha256(SessionAnalysis.Analyse(RecordedSession.From(entries)));

    private static RecordingEntry[] Shuffled(RecordingEntry[] entries, SeededRandom random)
    {
        for (var i = entries.Length - 1; i > 0; i--)
        {
            var j = (int)(random.Uniform() * (i + 1));
            (entries[i], entries[j]) = (entries[j], entries[i]);
        }
        return entries;
    }
}
