using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MELT.Host.Selftests.Crash;
using MELT.Sensors.Meters;

namespace MELT.Host.Commands;

/// <summary><c>melt selftest crash</c>: nothing that was acknowledged is lost and nothing is stored twice, however often MELT is killed.</summary>
internal sealed class SelftestCrashCommand(Option<string?> journal)
{
    private const int MostRangesShown = 5;

    private readonly Option<int> _kills = new("--kills") { Description = "How often the node is killed", HelpName = "N", DefaultValueFactory = _ => 30 };
    private readonly Option<int> _seed = new("--seed") { Description = "Draws when to kill and what to publish", HelpName = "S", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _sabotage = new("--sabotage") { Description = $"Swap in a faulty journal, which must be found out: {string.Join(", ", Sabotages.Names)}", HelpName = "FAULT" };
    private readonly Option<string?> _out = new("--out") { Description = "Keep ledger and journal in this new folder (default: only when something is wrong, in a temporary one)", HelpName = "DIR" };

    public static Command Create(SharedOptions shared)
    {
        var crash = new SelftestCrashCommand(shared.Journal);
        crash._sabotage.AcceptOnlyFromAmong(Sabotages.Names);
        crash._kills.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 1) result.AddError("--kills: at least one kill"); });
        var command = new Command("crash", "Kill a node with -9 again and again while meters publish to it; exit 1 when anything acknowledged is lost or stored twice. --journal is sqlite (default), postgres (a temporary server on this machine), or the address of an empty database") { crash._kills, crash._seed, crash._sabotage, crash._out };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => crash.RunAsync(new Surroundings(parsed, shared), parsed, stop)));
        return command;
    }

    /// <summary>The verb of the process that is killed; never meant for people.</summary>
    public static Command CreateNode()
    {
        var port = new Option<int>("--port") { Required = true };
        var sabotage = new Option<string?>("--sabotage");
        sabotage.AcceptOnlyFromAmong(Sabotages.Names);
        var node = new Command("ingest-node", "Be the node that melt selftest crash kills") { port, sabotage };
        node.SetAction((parsed, _) => Failure.GuardAsync(() =>
            IngestNode.RunAsync(parsed.GetRequiredValue(port), Sabotages.Of(parsed.GetValue(sabotage)), TimeProvider.System)));
        return node;
    }

    private async Task<int> RunAsync(Surroundings with, ParseResult parsed, CancellationToken stop)
    {
        var options = new CrashOptions(parsed.GetValue(_kills), parsed.GetValue(journal) ?? CrashJournal.Sqlite, parsed.GetValue(_seed), parsed.GetValue(_sabotage), NewFolder(parsed.GetValue(_out)));
        CrashReport report;
        using (var progress = new CrashProgress(options.Kills, with.Time)) report = await CrashSelftest.RunAsync(options, with.Time, progress.Show, stop);
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(report, CrashJson.Default.CrashReport));
        else foreach (var line in Lines(report)) Surroundings.Say(line);
        if (report.Passed) return ExitCode.Done;
        Surroundings.Remark($"melt: {Verdict(report)}; {(report.Journal.Contains("://", StringComparison.Ordinal) ? "the ledger is" : "ledger and journal are")} in {report.Kept}");
        return ExitCode.Failed;
    }

    internal static string? NewFolder(string? folder)
    {
        if (folder is null) return null;
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) throw new CommandException($"--out: {folder} is not empty; name a new folder", ExitCode.Usage);
        return Directory.CreateDirectory(folder).FullName;
    }

    private static IEnumerable<string> Lines(CrashReport report)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"killed {report.Kills} times ({report.Killed.UnderLoad} under load, {report.Killed.WhileRecovering} while recovering, {report.Killed.WhileStarting} while starting) in {report.Seconds:0} s, journal {report.Journal}, seed {report.Seed}");
        yield return string.Create(CultureInfo.InvariantCulture, $"acknowledged {report.Acknowledged} readings in {report.Messages} messages; lost {report.Lost}, stored twice {report.Duplicates}; {report.ReceivedDuplicates} messages came again and were known");
        if (report.RecoverySeconds is { } recovery)
            yield return string.Create(CultureInfo.InvariantCulture, $"from kill to the next acknowledgement: {recovery.P50} s (median), {recovery.P99} s (99 %), {recovery.Max} s (longest)");
        foreach (var difference in report.Difference ?? [])
            yield return $"{difference.Meter}:{Ranges(" lost", difference.Lost)}{Ranges(" stored twice", difference.StoredTwice)}";
        foreach (var damage in report.Damage ?? []) yield return damage;
    }

    internal static string Ranges(string what, IReadOnlyList<SequenceRange> ranges) => ranges.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
        $"{what} {string.Join(", ", ranges.Take(MostRangesShown).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.First}–{r.Last}")))}{(ranges.Count > MostRangesShown ? $" and {ranges.Count - MostRangesShown} further ranges" : "")};");

    private static string Verdict(CrashReport report) => report.Stopped ?? string.Create(CultureInfo.InvariantCulture,
        $"{report.Lost} acknowledged readings are lost, {report.Duplicates} are stored twice, {report.Conflicts} repetitions were not recognised, the journal has {report.Damage?.Length ?? 0} faults");
}
