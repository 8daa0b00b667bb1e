using System.Collections.Immutable;
using MELT.Actors.Journal;
using MELT.Sensors.Mqtt;

namespace MELT.Host.Selftests.Crash;

/// <summary>The whole of <c>melt selftest crash</c>: a place, the kills, the ledger beside the journal.</summary>
internal static class CrashSelftest
{
    public static async Task<CrashReport> RunAsync(CrashOptions options, TimeProvider time, Action<int, long> progress, CancellationToken stop)
    {
        var folder = options.Out ?? Directory.CreateTempSubdirectory("melt-crash-").FullName;
        var keep = options.Out is not null;
        try
        {
            await using var journal = await CrashJournal.PrepareAsync(options.Journal, folder, time, stop);
            var report = await RunAsync(options, journal, folder, time, progress, stop);
            keep |= !report.Passed;
            if (!keep) return report;
            await journal.KeepAsync(folder, time, stop);
            return report with { Kept = folder };
        }
        finally
        {
            if (!keep) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<CrashReport> RunAsync(CrashOptions options, CrashJournal journal, string folder, TimeProvider time, Action<int, long> progress, CancellationToken stop)
    {
        var begun = time.GetTimestamp();
        await using var ledger = new Ledger(Path.Combine(folder, "ledger.csv"), time);
        var trial = new CrashTrial(options, journal, ledger, time, stop);
        string? stopped = null;
        await using (trial)
        {
            try
            {
                await trial.RunAsync(kills => progress(kills, ledger.Readings));
            }
            catch (Exception e) when (e is NodeException or MqttException)
            {
                stopped = e.Message;                          // what was acknowledged until then is still to be found
            }
        }
        return await JudgeAsync(options, journal, ledger, trial, stop) with { Stopped = stopped, Seconds = Math.Round(time.GetElapsedTime(begun).TotalSeconds, 3) };
    }

    private static async Task<CrashReport> JudgeAsync(CrashOptions options, CrashJournal journal, Ledger ledger, CrashTrial trial, CancellationToken stop)
    {
        await using var stored = await journal.Location.OpenReadOnlyAsync(MeltEvents.Serializer, stop);
        var damage = (await JournalCheck.RunAsync(stored, MeltEvents.Serializer, stop)).Select(finding => finding.Text).ToImmutableArray();
        var audit = await LedgerAudit.RunAsync(ledger.Acknowledged, stored, stop);
        return new CrashReport(trial.Kills, ledger.Readings, audit.Lost, audit.Duplicates, audit.ReceivedDuplicates, RecoverySeconds.Of(trial.Recoveries), options.Seed,
            journal.Name, options.Sabotage, ledger.Messages, trial.Killed, Seconds: 0, Kept: null)
        {
            Conflicts = audit.Conflicts,
            Difference = audit.Differences.IsEmpty ? null : audit.Differences,
            Damage = damage.IsEmpty ? null : damage,
        };
    }
}
