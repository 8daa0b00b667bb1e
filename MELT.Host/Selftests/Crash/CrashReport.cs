using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MELT.Sensors.Analysis;
using MELT.Sensors.Meters;

namespace MELT.Host.Selftests.Crash;

/// <summary>What <c>melt selftest crash --json</c> prints. Everything is counted in readings, where nothing else is said.</summary>
/// <param name="ReceivedDuplicates">Messages that came again after they had been stored, and were not stored again.</param>
internal sealed record CrashReport(
    int Kills,
    long Acknowledged,
    long Lost,
    long Duplicates,
    long ReceivedDuplicates,
    RecoverySeconds? RecoverySeconds,
    int Seed,
    string Journal,
    string? Sabotage,
    long Messages,
    KillCounts Killed,
    double Seconds,
    string? Kept)
{
    /// <summary>Repetitions that the journal took for something else; there is no reason for one.</summary>
    public long Conflicts { get; init; }

    /// <summary>Where ledger and journal differ, by meter; null: nowhere.</summary>
    public ImmutableArray<MeterDifference>? Difference { get; init; }

    /// <summary>What a check of the whole journal found; null: nothing.</summary>
    public ImmutableArray<string>? Damage { get; init; }

    /// <summary>Why it could not go on; null: it went to its end.</summary>
    public string? Stopped { get; init; }

    [JsonIgnore]
    public bool Passed => Lost == 0 && Duplicates == 0 && Conflicts == 0 && Damage is null && Stopped is null;
}

/// <summary>From a kill to the first acknowledgement of the next node.</summary>
internal sealed record RecoverySeconds(double P50, double P99, double Max)
{
    /// <summary>Null: there are none.</summary>
    public static RecoverySeconds? Of(IEnumerable<TimeSpan> recoveries)
    {
        double[] sorted = [.. recoveries.Select(r => r.TotalSeconds).Order()];
        return sorted.Length == 0 ? null : new(At(0.5), At(0.99), Math.Round(sorted[^1], 3));

        double At(double p) => Math.Round(Statistics.Quantile(sorted, p, fewest: 1)!.Value, 3);
    }
}

/// <summary>When the nodes were killed.</summary>
internal sealed record KillCounts(int WhileStarting, int WhileRecovering, int UnderLoad);

/// <summary>Numbers of one meter that were acknowledged and are not stored, and those that are stored more than once.</summary>
internal sealed record MeterDifference(string Meter, ImmutableArray<SequenceRange> Lost, ImmutableArray<SequenceRange> StoredTwice);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CrashReport))]
internal sealed partial class CrashJson : JsonSerializerContext;
