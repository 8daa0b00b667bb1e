using System.Collections.Immutable;
using System.Globalization;
using MELT.Actors.Devices;
using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Actors.Replay;
using MELT.Devices;
using MELT.Host.Selftests.Crash;
using MELT.Host.Serve;
using MELT.Sensors.Meters;

namespace MELT.Host.Selftests.Failover;

/// <summary>What the database says when the nodes are gone: itself, beside the ledger, replayed in process, and beside what the nodes had answered.</summary>
internal sealed record FailoverAudit(LedgerAudit Ledger, int Holes, int Replayed, SessionCounts Sessions, ImmutableArray<string> Wrong)
{
    private const string Complete = "complete";

    /// <summary>What the nodes say each meter of the journal holds, every node asked for some.</summary>
    public static async Task<ImmutableArray<MeterAnswer>> AskAsync(FailoverCluster cluster, IJournal journal, CancellationToken stop)
    {
        var answers = ImmutableArray.CreateBuilder<MeterAnswer>();
        await foreach (var id in journal.PersistenceIdsAsync($"{Meter.KindName}:", stop))
            answers.Add(await cluster.Members[answers.Count % cluster.Members.Length].Client.MeterAsync(IdOf(id), stop));
        return answers.ToImmutable();
    }

    public static async Task<FailoverAudit> RunAsync(JournalLocation location, string folder, IReadOnlyDictionary<MeterId, SequenceSet> accepted, ImmutableArray<MeterAnswer> answers, TimeProvider time, CancellationToken stop)
    {
        await using var stored = await location.OpenReadOnlyAsync(MeltEvents.Serializer, stop);
        await RawTable.KeepAsync(stored, Path.Combine(folder, "events.csv"), stop);
        var findings = await JournalCheck.RunAsync(stored, MeltEvents.Serializer, stop);
        var replay = await ReplayInProcess.RunAsync(folder, time, stop);
        var sessions = (await new Catalogue(stored).ExperimentsAsync(stop)).SelectMany(e => e.Ended).ToList();
        return new(await LedgerAudit.RunAsync(accepted, stored, stop), findings.Count(f => f.Code == JournalFinding.Hole), replay.Entities,
            new(sessions.Count(s => s.Status == Complete), sessions.Count(s => s.Status != Complete)),
            [
                .. findings.Where(f => f.Code != JournalFinding.Hole).Select(f => f.Text),
                .. await OldEpochsAsync(stored, stop),
                .. replay.Wrong,
                .. answers.Where(a => replay.Meters.GetValueOrDefault(a.Meter) != a).Select(a => string.Create(CultureInfo.InvariantCulture, $"the nodes answered {a}, and the replay in process says {replay.Meters.GetValueOrDefault(a.Meter)}")),
            ]);
    }

    private static async Task<List<string>> OldEpochsAsync(IJournal journal, CancellationToken stop)
    {
        var wrong = new List<string>();
        await foreach (var id in journal.PersistenceIdsAsync($"{Device.KindName}:", stop))
        {
            var newest = 0L;
            await foreach (var e in journal.ReadAsync(id, 1, stop))
            {
                if (e.Event is not DeviceEvent.Leased leased) continue;
                if (leased.Epoch <= newest) wrong.Add(string.Create(CultureInfo.InvariantCulture, $"event {e.SequenceNumber} of {id} leases under {leased.Epoch} after {newest}"));
                newest = Math.Max(newest, leased.Epoch);
            }
        }
        return wrong;
    }

    internal static MeterId IdOf(string persistenceId)
    {
        var (from, slash) = (Meter.KindName.Length + 1, persistenceId.IndexOf('/', StringComparison.Ordinal));
        return new(new DeviceId(persistenceId[from..slash]), persistenceId[(slash + 1)..]);
    }
}

/// <summary>The table as it lies, without what the events say.</summary>
internal static class RawTable
{
    public static async Task KeepAsync(StoredJournal journal, string path, CancellationToken stop)
    {
        await using var file = new StreamWriter(path);
        await file.WriteLineAsync("persistence_id,sequence_number,manifest,writer_uuid,created");
        await foreach (var row in journal.AllRowsAsync(stop))
            await file.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{row.PersistenceId},{row.Number},{row.Manifest},{row.Writer},{row.Created}"));
    }
}
