using System.CommandLine;
using MELT.Actors.Replay;
using MELT.Host.Reports;

namespace MELT.Host.Commands;

/// <summary><c>melt report ID</c>: writes the HTML, Markdown and JSON report again.</summary>
internal static class ReportCommand
{
    public static Command Create(SharedOptions shared)
    {
        var id = IdArgument.Create();
        var folder = new Option<string?>("--out") { Description = "Folder to write to (default: reports/ID in the data folder), or a file that ends in .html, .md or .json", HelpName = "FILE" };
        var dialect = DialectOption.Create();
        var command = new Command("report", "Write the report of an experiment or session, or of an evaluation") { id, folder, dialect };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => RunAsync(new Surroundings(parsed, shared), parsed.GetRequiredValue(id), parsed.GetValue(folder), parsed.GetValue(dialect), stop)));
        return command;
    }

    private static async Task<int> RunAsync(Surroundings with, string id, string? to, string? dialect, CancellationToken stop)
    {
        await using var journal = await with.OpenJournalAsync(stop);
        if (await EvaluationOutput.FindAsync(journal, id, stop) is { } evaluation)
        {
            var file = await EvaluationOutput.WriteAsync(evaluation, to ?? with.ReportFolder(evaluation.Evaluation), stop);
            Surroundings.Say(with.Json ? evaluation.ToJson() : file);
            return ExitCode.Done;
        }
        var finding = await new Catalogue(journal).FindAsync(id, stop);
        var (document, context) = await Results.OfAsync(journal, finding, stop);
        if (dialect is not null) document = document with { Dialects = await Dialects.OfAsync(journal, finding, dialect, stop) };
        var name = finding.Sessions is [var only] && finding.Experiment.Started.Length > 1 ? only : finding.Experiment.Id;
        document = to is not null && Path.GetExtension(to) is ".html" or ".md" or ".json"
            ? await ReportFiles.WriteOneAsync(to, document, context, stop)
            : await ReportFiles.WriteAsync(to ?? with.ReportFolder(name), document, context, stop);
        if (with.Json) Console.Out.WriteLine(document.ToJson());
        else
            foreach (var file in new[] { document.Report!.Html, document.Report.Markdown, document.Report.Json })
                if (file is not null) Console.Out.WriteLine(file);
        return ExitCode.Done;
    }
}
