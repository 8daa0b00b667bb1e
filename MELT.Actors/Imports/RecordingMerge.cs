using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using MELT.Actors.Evaluations;
using MELT.Actors.Journal;
using MELT.Actors.Replay;

namespace MELT.Actors.Imports;

/// <summary>
/// Brings the experiments and evaluations of another journal into this one, rows as they are. Streams that both have must be the same as far as both
/// go, evaluations only in what they tell; all is compared before anything is written, and written all or none.
/// </summary>
public sealed class RecordingMerge
{
    private readonly StoredJournal _from, _to;
    private readonly ImmutableArray<StreamPart> _parts;
    private readonly ImmutableDictionary<string, long> _there;

    private RecordingMerge(StoredJournal from, StoredJournal to, ImmutableArray<StreamPart> parts, ImmutableDictionary<string, long> there) =>
        (_from, _to, _parts, _there) = (from, to, parts, there);

    /// <summary>How many events are missing here.</summary>
    public long Missing => _parts.Sum(p => Math.Max(0, p.Last - There(p.PersistenceId)));

    /// <summary>Reads and compares all of it; throws <see cref="RecordingDiffersException"/> where the two differ.</summary>
    public static async Task<RecordingMerge> CompareAsync(StoredJournal from, IReadOnlyList<Finding> findings, IReadOnlyList<string> evaluations, StoredJournal to, CancellationToken stop)
    {
        var parts = await RecordingStreams.OfAsync(from, findings, evaluations, stop);
        var there = ImmutableDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            there[part.PersistenceId] = await to.HighestAsync(part.PersistenceId, stop);
            if (there[part.PersistenceId] > 0 && !await IsSameEvaluationAsync(from, to, part, stop)) await CompareAsync(from, to, part, stop);
        }
        return new(from, to, [.. parts], there.ToImmutable());
    }

    /// <summary>Whether every event of this stream was here before.</summary>
    public bool IsThere(string persistenceId) => _parts.Where(p => p.PersistenceId == persistenceId).All(p => There(p.PersistenceId) >= p.Last);

    /// <summary>Stores what is missing. <paramref name="stored"/> is told how many events are on their way.</summary>
    public Task StoreAsync(Action<long> stored, CancellationToken stop) => Missing == 0 ? Task.CompletedTask : _to.CopyAsync(MissingAsync(stored, stop), stop);

    private long There(string persistenceId) => _there[persistenceId];

    private async IAsyncEnumerable<JournalRow> MissingAsync(Action<long> stored, [EnumeratorCancellation] CancellationToken stop)
    {
        var count = 0L;
        foreach (var part in _parts.Where(p => There(p.PersistenceId) < p.Last))
            await foreach (var row in _from.RowsAsync(part.PersistenceId, There(part.PersistenceId) + 1, stop))
            {
                if (row.Number > part.Last) break;
                yield return row;
                stored(++count);
            }
    }

    /// <summary>The same tables may have been imported into both, each at its own time and from its own folder: their content names them.</summary>
    private static async Task<bool> IsSameEvaluationAsync(StoredJournal from, StoredJournal to, StreamPart part, CancellationToken stop)
    {
        if (!part.PersistenceId.StartsWith($"{Evaluation.KindName}:", StringComparison.Ordinal)) return false;
        var id = part.PersistenceId[(Evaluation.KindName.Length + 1)..];
        return await to.HighestAsync(part.PersistenceId, stop) == part.Last && (await Evaluation.ReadAsync(to, id, stop)).Origin?.Sha256 is { } here && here == (await Evaluation.ReadAsync(from, id, stop)).Origin?.Sha256;
    }

    private static async Task CompareAsync(StoredJournal from, StoredJournal to, StreamPart part, CancellationToken stop)
    {
        await using var ours = to.RowsAsync(part.PersistenceId, 1, stop).GetAsyncEnumerator(stop);
        await foreach (var row in from.RowsAsync(part.PersistenceId, 1, stop))
        {
            if (row.Number > part.Last || !await ours.MoveNextAsync()) return;
            if (!row.IsSameAs(ours.Current))
                throw new RecordingDiffersException($"{part.PersistenceId}: its event {row.Number} in {from.Name} is another than in {to.Name}, so the two are not recordings of the same thing. Nothing was stored. Import it into a journal of its own: --data DIR or --journal FILE.");
        }
    }
}

/// <summary>Two journals hold different events under one number.</summary>
public sealed class RecordingDiffersException(string message) : Exception(message);
