using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MELT.Host.Selftests.Crash;

namespace MELT.Host.Selftests.Failover;

/// <summary>What <c>melt selftest failover --json</c> prints. Readings are counted where nothing else is said.</summary>
/// <param name="Acknowledged">Readings that the broker took over from their publishers: every one of them has to be stored once.</param>
/// <param name="StaleOrders">Orders to a device under an old lease, after one of a newer lease had been followed.</param>
/// <param name="FailoverSeconds">From a kill until another node answers for the meter with what was stored, and has stored what was published after the kill.</param>
internal sealed record FailoverReport(
    int Nodes,
    int Kills,
    int Pauses,
    long Acknowledged,
    long Lost,
    long Duplicates,
    int Holes,
    int StaleOrders,
    RecoverySeconds? FailoverSeconds,
    RecoverySeconds? ReturnedSeconds,
    SessionCounts Sessions,
    int Seed,
    long Messages,
    long ReceivedDuplicates,
    long Conflicts,
    int GivenUp,
    IReadOnlyDictionary<string, int> Struck,
    int Orders,
    int Replayed,
    double Seconds,
    string? Kept)
{
    /// <summary>Where ledger and journal differ, by meter; null: nowhere.</summary>
    public ImmutableArray<MeterDifference>? Difference { get; init; }

    /// <summary>Everything else that is wrong, a sentence each; null: nothing.</summary>
    public ImmutableArray<string>? Wrong { get; init; }

    /// <summary>Why it could not go on; null: it went to its end.</summary>
    public string? Stopped { get; init; }

    [JsonIgnore]
    public bool Passed => Lost == 0 && Duplicates == 0 && Conflicts == 0 && Holes == 0 && StaleOrders == 0 && Wrong is null && Stopped is null;
}

/// <summary>Sessions that ran to their end, and those that a death cut off.</summary>
internal sealed record SessionCounts(int Complete, int Interrupted);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FailoverReport))]
internal sealed partial class FailoverJson : JsonSerializerContext;
