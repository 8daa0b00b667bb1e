using System.CommandLine;
using System.Text.Json;
using MELT.Actors.Replay;

namespace MELT.Host.Commands;

/// <summary><c>melt export ID… DIR</c>: everything a stranger needs to compute the results again; <c>--format melt -o FILE</c>: the recording itself, for another journal.</summary>
internal sealed class ExportCommand
{
    private const string Melt = "melt";

    private readonly Argument<string[]> _words = new("id") { Description = "Experiment or session ids, or their unique beginnings; \"last\" is the newest experiment. For tables the folder to write to comes last: one folder per session is made in it", HelpName = "ID… DIR", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _format = new("--format") { Description = "csv or jsonl: tables; melt: the recording as one file, which melt import brings into another journal", DefaultValueFactory = _ => "csv" };
    private readonly Option<string?> _out = new("--out", "-o") { Description = "Folder, or with --format melt the file, to write to", HelpName = "PATH" };

    public static Command Create(SharedOptions shared)
    {
        var export = new ExportCommand();
        export._format.AcceptOnlyFromAmong("csv", "jsonl", Melt);
        var command = new Command("export", "Write readings, token events, phases and clocks as tables, or a recording as one file") { export._words, export._format, export._out };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => export.RunAsync(new Surroundings(parsed, shared), parsed, stop)));
        return command;
    }

    private async Task<int> RunAsync(Surroundings with, ParseResult parsed, CancellationToken stop)
    {
        var (ids, to, format) = (parsed.GetRequiredValue(_words), parsed.GetValue(_out), parsed.GetRequiredValue(_format));
        if (to is null && format == Melt) throw new CommandException("name the file to write with -o, as in: melt export last --format melt -o recording.db", ExitCode.Usage);
        if (to is null) (ids, to) = (ids[..^1], ids[^1]);
        if (ids.Length == 0) throw new CommandException($"name what to export and the folder to write to, as in: melt export last {to}", ExitCode.Usage);
        await using var journal = await with.OpenJournalAsync(stop);
        var findings = new List<Finding>();
        foreach (var id in ids) findings.Add(await new Catalogue(journal).FindAsync(id, stop));
        if (format != Melt) return await TablesAsync(with, journal, [.. findings.SelectMany(f => f.Sessions).Distinct()], to, format, stop);

        var events = await RecordingFile.WriteAsync(journal, findings, to, stop);
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(new[] { Path.GetFullPath(to) }));
        else Surroundings.Say(FormattableString.Invariant($"{to}: {events} events"));
        return ExitCode.Done;
    }

    private static async Task<int> TablesAsync(Surroundings with, Actors.Journal.IJournal journal, IReadOnlyList<string> sessions, string folder, string format, CancellationToken stop)
    {
        foreach (var session in sessions)
        {
            var recorded = await SessionReplay.AlignAsync(journal, session, stop);
            foreach (var file in await TableFiles.WriteAsync(Path.Combine(folder, session), recorded, format, stop))
                if (!with.Json) Console.Out.WriteLine(file);
        }
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(sessions.Select(s => Path.GetFullPath(Path.Combine(folder, s))).ToArray()));
        return ExitCode.Done;
    }
}
