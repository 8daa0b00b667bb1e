using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MELT.Host.Selftests.Crash;
using MELT.Host.Selftests.Failover;
using MELT.Host.Serve;

namespace MELT.Host.Commands;

/// <summary><c>melt selftest failover</c>: nodes of a cluster are killed and paused, and nothing that was accepted is lost or stored twice.</summary>
internal sealed class SelftestFailoverCommand
{
    private const int Least = 3;

    private readonly Option<int> _nodes = new("--nodes") { Description = "Nodes of the cluster, three or more", HelpName = "N", DefaultValueFactory = _ => Least };
    private readonly Option<int> _kills = new("--kills") { Description = "How often a node is killed with -9", HelpName = "N", DefaultValueFactory = _ => 10 };
    private readonly Option<int> _pauses = new("--pauses") { Description = "How often, after the kills, a node is stopped for 1 to 30 s", HelpName = "N" };
    private readonly Option<int> _seed = new("--seed") { Description = "Draws who is struck, the rests between, and what to publish", HelpName = "S", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _out = new("--out") { Description = "Keep ledger, logs, orders and journal in this new folder (default: only when something is wrong, in a temporary one)", HelpName = "DIR" };

    public static Command Create(SharedOptions shared)
    {
        var failover = new SelftestFailoverCommand();
        failover._nodes.Validators.Add(result => { if (result.GetValueOrDefault<int>() < Least) result.AddError("--nodes: a cluster has three nodes or more"); });
        failover._kills.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 0) result.AddError("--kills: not below 0"); });
        failover._pauses.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 0) result.AddError("--pauses: not below 0"); });
        var command = new Command("failover", "Kill and pause nodes of a cluster while meters publish and sessions run, and judge from the database; exit 1 when anything accepted is lost or stored twice, or an old lease was followed. Needs the Akka.NET build, and starts PostgreSQL and mosquitto of its own") { failover._nodes, failover._kills, failover._pauses, failover._seed, failover._out };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => failover.RunAsync(new Surroundings(parsed, shared), parsed, stop)));
        return command;
    }

    private async Task<int> RunAsync(Surroundings with, ParseResult parsed, CancellationToken stop)
    {
        if (ClusterBuild.Here is null) throw new CommandException("melt selftest failover needs the Akka.NET build of MELT (docs/cluster.md); this one runs the laboratory in one process.", ExitCode.Usage);
        var options = new FailoverOptions(parsed.GetValue(_nodes), parsed.GetValue(_kills), parsed.GetValue(_pauses), parsed.GetValue(_seed), SelftestCrashCommand.NewFolder(parsed.GetValue(_out)));
        if (options.Strikes == 0) throw new CommandException("--kills and --pauses: there is nothing to do", ExitCode.Usage);
        FailoverReport report;
        using (var progress = new CrashProgress(options.Strikes, with.Time)) report = await FailoverSelftest.RunAsync(options, with.Time, progress.Show, stop);
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(report, FailoverJson.Default.FailoverReport));
        else foreach (var line in Lines(report)) Surroundings.Say(line);
        if (report.Passed) return ExitCode.Done;
        Surroundings.Remark($"melt: {Verdict(report)}; everything observed is in {report.Kept}");
        return ExitCode.Failed;
    }

    private static IEnumerable<string> Lines(FailoverReport report)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{report.Nodes} nodes, {report.Kills} killed, {report.Pauses} paused ({string.Join(", ", report.Struck.Select(s => $"{s.Key} {s.Value}"))}), {report.GivenUp} given up, in {report.Seconds:0} s, seed {report.Seed}");
        yield return string.Create(CultureInfo.InvariantCulture, $"accepted {report.Acknowledged} readings in {report.Messages} messages; lost {report.Lost}, stored twice {report.Duplicates}; {report.ReceivedDuplicates} messages came again and were known");
        yield return string.Create(CultureInfo.InvariantCulture, $"{report.Sessions.Complete} sessions complete, {report.Sessions.Interrupted} cut off; {report.Orders} orders followed, {report.StaleOrders} of them under an old lease; {report.Replayed} entities replayed in process, {report.Holes} holes");
        if (report.FailoverSeconds is { } failover)
            yield return string.Create(CultureInfo.InvariantCulture, $"from kill until another node has stored what came after it: {failover.P50} s (median), {failover.P99} s (99 %), {failover.Max} s (longest)");
        foreach (var difference in report.Difference ?? [])
            yield return $"{difference.Meter}:{SelftestCrashCommand.Ranges(" lost", difference.Lost)}{SelftestCrashCommand.Ranges(" stored twice", difference.StoredTwice)}";
        foreach (var wrong in report.Wrong ?? []) yield return wrong;
    }

    private static string Verdict(FailoverReport report) => report.Stopped ?? string.Create(CultureInfo.InvariantCulture,
        $"{report.Lost} accepted readings are lost, {report.Duplicates} are stored twice, {report.Conflicts} repetitions were not recognised, the journal has {report.Holes} holes, {report.StaleOrders} orders were followed under an old lease, {report.Wrong?.Length ?? 0} things more are wrong");
}
