using System.CommandLine;
using MELT.Actors.Replay;
using MELT.Host.Reports;

namespace MELT.Host.Commands;

/// <summary><c>melt replay ID</c>: analyses the recording again and compares the hash with that of its report, if there is one.</summary>
internal static class ReplayCommand
{
    public static Command Create(SharedOptions shared)
    {
        var id = IdArgument.Create();
        var command = new Command("replay", "Analyse a recording again and compare the hash of the results") { id };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => RunAsync(new Surroundings(parsed, shared), parsed.GetRequiredValue(id), stop)));
        return command;
    }

    private static async Task<int> RunAsync(Surroundings with, string id, CancellationToken stop)
    {
        await using var journal = await with.OpenJournalAsync(stop);
        var finding = await new Catalogue(journal).FindAsync(id, stop);
        var (document, _) = await Results.OfAsync(journal, finding, stop);
        if (with.Json) Console.Out.WriteLine(document.ToJson());
        else Surroundings.Say($"{id}: sha256 {document.Report!.Sha256}");

        var earlier = ReportFiles.TryReadSha256(with.ReportFolder(finding.Experiment.Id));
        if (earlier is null || finding.Sessions.Length != finding.Experiment.Started.Length) return ExitCode.Done;
        if (earlier == document.Report!.Sha256)
        {
            Surroundings.Remark("the same as in its report");
            return ExitCode.Done;
        }
        var (before, _) = await Results.OfAsync(journal, finding, stop, asSealed: true);
        if (earlier == before.Report!.Sha256)
        {
            var later = document.Sessions.SelectMany(s => s.Warnings).Where(n => n.Code == Recording.UnderstoodLater).Select(n => n.Text);
            Surroundings.Remark($"the same as in its report with what was understood then; since then: {string.Join("; ", later)}. melt report {id} makes a new one");
            return ExitCode.Done;
        }
        Surroundings.Remark($"NOT the same as in its report ({earlier}): the recording or the analysis has changed since (analysis {document.Analysis})");
        return ExitCode.Failed;
    }
}
