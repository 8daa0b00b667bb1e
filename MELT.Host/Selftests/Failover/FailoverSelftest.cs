using System.Collections.Immutable;
using System.Globalization;
using MELT.Actors.Journal;
using MELT.Host.Commands;
using MELT.Host.Selftests.Crash;
using MELT.Host.Serve;
using MELT.Sensors.Mqtt;

namespace MELT.Host.Selftests.Failover;

/// <summary>The whole of <c>melt selftest failover</c>: a database, a broker, the nodes, the strikes, and the judgement from the database.</summary>
internal static class FailoverSelftest
{
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(40);

    public static async Task<FailoverReport> RunAsync(FailoverOptions options, TimeProvider time, Action<int, long> progress, CancellationToken stop)
    {
        var folder = options.Out ?? Directory.CreateTempSubdirectory("melt-failover-").FullName;
        var keep = options.Out is not null;
        try
        {
            var report = await RunAsync(options, folder, time, progress, stop);
            keep |= !report.Passed;
            return keep ? report with { Kept = folder } : report;
        }
        finally
        {
            if (!keep) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<FailoverReport> RunAsync(FailoverOptions options, string folder, TimeProvider time, Action<int, long> progress, CancellationToken stop)
    {
        var (begun, orders) = (time.GetTimestamp(), new FollowedOrders());
        await using var journal = await CrashJournal.PrepareAsync(CrashJournal.Postgres, folder, time, stop);
        await using var broker = await TemporaryMosquitto.StartAsync(Path.Combine(folder, "broker"), time, stop);
        await using var ledger = new Ledger(Path.Combine(folder, "ledger.csv"), time);
        await using var cluster = new FailoverCluster(
            [.. Enumerable.Range(1, options.Nodes).Select(i => new ClusterMember(string.Create(CultureInfo.InvariantCulture, $"node-{i}"), folder, journal.Address, broker.Url, orders))], time, ledger.Note);
        var trial = new FailoverTrial(options, cluster, broker.Port, ledger, time, stop);
        var answers = ImmutableArray<MeterAnswer>.Empty;
        string? stopped = null;
        await using (trial)
        {
            try
            {
                await trial.RunAsync(strikes => progress(strikes, ledger.Readings));
                await using var stored = await journal.Location.OpenReadOnlyAsync(MeltEvents.Serializer, stop);
                await trial.DrainAsync(async () => (await LedgerAudit.RunAsync(ledger.Acknowledged, stored, stop)).Lost);
                answers = await FailoverAudit.AskAsync(cluster, stored, stop);
            }
            catch (Exception e) when (e is NodeException or MqttException or CommandException or NodeUnreachableException)
            {
                stopped = broker.OwnEnd ?? e.Message;         // what was accepted until then is still to be found
            }
        }
        await Task.WhenAll(cluster.Members.Select(m => m.LeaveAsync(LeavePatience, time, stop)));
        await orders.KeepAsync(Path.Combine(folder, "orders.csv"), stop);
        await journal.KeepAsync(folder, time, stop);
        var audit = await FailoverAudit.RunAsync(journal.Location, folder, ledger.Acknowledged, answers, time, stop);
        return new FailoverReport(options.Nodes, trial.Kills, trial.Pauses, ledger.Readings, audit.Ledger.Lost, audit.Ledger.Duplicates, audit.Holes, orders.Stale.Length,
            RecoverySeconds.Of(trial.Failovers.Select(f => f.Stored)), RecoverySeconds.Of(trial.Failovers.Select(f => f.Returned)), audit.Sessions, options.Seed,
            ledger.Messages, audit.Ledger.ReceivedDuplicates, audit.Ledger.Conflicts, cluster.GivenUp, trial.Struck, orders.All.Length, audit.Replayed, Math.Round(time.GetElapsedTime(begun).TotalSeconds, 3), Kept: null)
        {
            Difference = audit.Ledger.Differences.IsEmpty ? null : audit.Ledger.Differences,
            Wrong = audit.Wrong.IsEmpty ? null : audit.Wrong,
            Stopped = stopped,
        };
    }
}
