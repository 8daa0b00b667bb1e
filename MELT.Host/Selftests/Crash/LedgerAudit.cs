using System.Collections.Immutable;
using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Sensors.Meters;

namespace MELT.Host.Selftests.Crash;

/// <summary>The ledger beside the journal: what was acknowledged must be stored, and nothing twice. What was not acknowledged may be either.</summary>
internal sealed record LedgerAudit(long Lost, long Duplicates, long ReceivedDuplicates, long Conflicts, ImmutableArray<MeterDifference> Differences)
{
    public static async Task<LedgerAudit> RunAsync(IReadOnlyDictionary<MeterId, SequenceSet> acknowledged, IJournal journal, CancellationToken stop)
    {
        var audit = new LedgerAudit(0, 0, 0, 0, []);
        foreach (var (meter, numbers) in acknowledged.OrderBy(a => a.Key.ToString(), StringComparer.Ordinal))
        {
            var stored = await StoredNumbers.ReadAsync(journal, meter, stop);
            ImmutableArray<SequenceRange> lost = [.. numbers.Ranges.SelectMany(range => stored.Once.Missing(range))];
            audit = new(audit.Lost + lost.Sum(Size), audit.Duplicates + stored.Again.Sum(Size), audit.ReceivedDuplicates + stored.ReceivedDuplicates, audit.Conflicts + stored.Conflicts,
                lost.IsEmpty && stored.Again.IsEmpty ? audit.Differences : audit.Differences.Add(new(meter.ToString(), lost, stored.Again)));
        }
        return audit;
    }

    private static long Size(SequenceRange range) => range.Last - range.First + 1;
}

/// <summary>Numbers of one meter in the journal, taken from the values of its readings rather than from what the blocks say of themselves.</summary>
internal sealed record StoredNumbers(SequenceSet Once, ImmutableArray<SequenceRange> Again, long ReceivedDuplicates, long Conflicts)
{
    public static async Task<StoredNumbers> ReadAsync(IJournal journal, MeterId meter, CancellationToken stop)
    {
        var stored = new StoredNumbers(SequenceSet.Empty, [], 0, 0);
        try
        {
            await foreach (var e in journal.ReadAsync($"{Meter.KindName}:{meter}", 1, stop)) stored = stored.With(e.Event);
        }
        catch (JournalRefusedException) { }                   // a hole, which the check names: what lies behind it is lost
        return stored;
    }

    private StoredNumbers With(object e) => e switch
    {
        MeterEvent.SamplesRecorded r => Runs(r.Samples).Aggregate(this, (stored, run) => stored.Add(run)),
        MeterEvent.DuplicatesReceived d => this with { ReceivedDuplicates = ReceivedDuplicates + d.Count },
        MeterEvent.ConflictReceived => this with { Conflicts = Conflicts + 1 },
        _ => this,
    };

    private StoredNumbers Add(SequenceRange run)
    {
        var fresh = Once.Missing(run);
        var again = fresh.Length == 1 && fresh[0] == run ? [] : fresh.Aggregate(SequenceSet.Empty, (set, range) => set.Add(range)).Missing(run);
        return this with { Once = Once.Add(run), Again = Again.AddRange(again) };
    }

    /// <summary>Values that rise by one, together.</summary>
    private static IEnumerable<SequenceRange> Runs(SampleBlock samples)
    {
        var values = samples.Columns.Single();
        for (int from = 0, i = 1; i <= values.Count; i++)
        {
            if (i < values.Count && (long)values[i] == (long)values[i - 1] + 1) continue;
            yield return new((long)values[from], (long)values[i - 1]);
            from = i;
        }
    }
}
