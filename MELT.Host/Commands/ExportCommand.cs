using System.CommandLine;
using MELT.Actors.Replay;

namespace MELT.Host.Commands;

/// <summary><c>melt export ID --format csv|jsonl DIR</c>: everything a stranger needs to compute the results again.</summary>
internal static class ExportCommand
{
    public static Command Create(SharedOptions shared)
    {
        var id = IdArgument.Create();
        var folder = new Argument<string>("dir") { Description = "Folder to write to; one folder per session is made in it", HelpName = "DIR" };
        var format = new Option<string>("--format") { Description = "csv or jsonl", DefaultValueFactory = _ => "csv" };
        format.AcceptOnlyFromAmong("csv", "jsonl");
        var command = new Command("export", "Write readings, token events, phases and clocks as tables") { id, folder, format };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() =>
            RunAsync(new Surroundings(parsed, shared), parsed.GetRequiredValue(id), parsed.GetRequiredValue(folder), parsed.GetRequiredValue(format), stop)));
        return command;
    }

    private static async Task<int> RunAsync(Surroundings with, string id, string folder, string format, CancellationToken stop)
    {
        await using var journal = await with.OpenJournalAsync(stop);
        var finding = await new Catalogue(journal).FindAsync(id, stop);
        foreach (var session in finding.Sessions)
        {
            var recorded = await SessionReplay.AlignAsync(journal, session, stop);
            foreach (var file in await TableFiles.WriteAsync(Path.Combine(folder, session), recorded, format, stop))
                if (!with.Json) Console.Out.WriteLine(file);
        }
        if (with.Json) Console.Out.WriteLine(System.Text.Json.JsonSerializer.Serialize(finding.Sessions.Select(s => Path.GetFullPath(Path.Combine(folder, s))).ToArray()));
        return ExitCode.Done;
    }
}
