using System.CommandLine;
using System.Text.Json;
using MELT.Actors.Journal;
using MELT.Actors.Replay;
using MELT.Host.Exports;
using MELT.Host.Exports.Perfetto;
using MELT.Host.Exports.Tidy;

namespace MELT.Host.Commands;

/// <summary><c>melt export ID… DIR</c>: everything a stranger needs to compute the results again; <c>--format melt</c>: the recording itself; <c>perfetto</c>, <c>sqlite</c>: recording and results for other people's programs.</summary>
internal sealed class ExportCommand
{
    private const string Melt = "melt";

    private readonly Argument<string[]> _words = new("id") { Description = "Experiment or session ids, or their unique beginnings; \"last\" is the newest experiment; with --format melt evaluations too. For csv and jsonl the folder to write to comes last: one folder per session is made in it", HelpName = "ID… DIR", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _format = new("--format") { Description = "csv or jsonl: tables; melt: the recording as one file, which melt import brings into another journal; perfetto: a trace for ui.perfetto.dev; sqlite: tidy tables for pandas and SQL", DefaultValueFactory = _ => "csv" };
    private readonly Option<string?> _out = new("--out", "-o") { Description = $"Folder to write to, or the file with --format melt, perfetto (default: ID{PerfettoFile.Extension}) and sqlite (default: ID{TidyDatabase.Extension})", HelpName = "PATH" };
    private readonly Option<double?> _every = new("--every") { Description = "perfetto and sqlite: one point per channel for each stretch of so many seconds, its mean (of counters and states the last), instead of every reading", HelpName = "S" };
    private readonly Option<bool> _force = new("--force") { Description = "perfetto and sqlite: replace the file that is there" };

    public static Command Create(SharedOptions shared)
    {
        var export = new ExportCommand();
        export._format.AcceptOnlyFromAmong("csv", "jsonl", Melt, PerfettoFile.Format, TidyDatabase.Format);
        var command = new Command("export", "Write readings, token events, phases and clocks as tables, a recording as one file, or both with their results as a Perfetto trace or a SQLite database") { export._words, export._format, export._out, export._every, export._force };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => export.RunAsync(new Surroundings(parsed, shared), parsed, stop)));
        return command;
    }

    private async Task<int> RunAsync(Surroundings with, ParseResult parsed, CancellationToken stop)
    {
        var (ids, to, format) = (parsed.GetRequiredValue(_words), parsed.GetValue(_out), parsed.GetRequiredValue(_format));
        var one = format is PerfettoFile.Format or TidyDatabase.Format;
        var thinning = Thinned(parsed.GetValue(_every), one);
        if (to is null && format == Melt) throw new CommandException("name the file to write with -o, as in: melt export last --format melt -o recording.db", ExitCode.Usage);
        if (to is null && !one) (ids, to) = (ids[..^1], ids[^1]);
        if (ids.Length == 0) throw new CommandException($"name what to export and the folder to write to, as in: melt export last {to}", ExitCode.Usage);
        await using var journal = await with.OpenJournalAsync(stop);
        var (findings, evaluations) = (new List<Finding>(), new List<string>());
        foreach (var id in ids)
            if (await EvaluationOutput.FindAsync(journal, id, stop) is { Evaluation: var evaluation }) evaluations.Add(evaluation);
            else findings.Add(await new Catalogue(journal).FindAsync(id, stop));
        if (evaluations.Count > 0 && format != Melt) throw new CommandException($"{evaluations[0]} holds accuracies and sizes and no readings: --format {Melt} -o FILE.db takes it along, melt report {evaluations[0]} --out FILE.json writes it as JSON", ExitCode.Usage);
        string[] sessions = [.. findings.SelectMany(f => f.Sessions).Distinct()];
        if (one)
        {
            if (sessions.Length == 0) throw new CommandException($"experiment {findings[0].Experiment.Id} has no session yet");
            var replace = parsed.GetValue(_force);
            return Say(with, format == PerfettoFile.Format
                ? await PerfettoFile.WriteAsync(journal, sessions, to ?? Name(findings) + PerfettoFile.Extension, replace, thinning, with.Time, stop)
                : await TidyDatabase.WriteAsync(journal, findings, to ?? Name(findings) + TidyDatabase.Extension, replace, thinning, with.Time, stop));
        }
        if (format != Melt) return await TablesAsync(with, journal, sessions, to!, format, stop);

        var events = await RecordingFile.WriteAsync(journal, findings, evaluations, to!, stop);
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(new[] { Path.GetFullPath(to!) }));
        else Surroundings.Say(FormattableString.Invariant($"{to}: {events} events"));
        return ExitCode.Done;
    }

    private static Thinning? Thinned(double? every, bool possible) => every switch
    {
        null => null,
        _ when !possible => throw new CommandException($"--every is for --format {PerfettoFile.Format} and {TidyDatabase.Format}; tables hold every reading", ExitCode.Usage),
        > 0 and < 1e9 and var seconds => new Thinning(seconds),
        var seconds => throw new CommandException(FormattableString.Invariant($"--every must be seconds above 0, not {seconds}"), ExitCode.Usage),
    };

    private static string Name(List<Finding> findings) =>
        findings[0] is { Sessions: [var only] } finding && finding.Experiment.Started.Length > 1 ? only : findings[0].Experiment.Id;

    private static int Say(Surroundings with, ExportSummary summary)
    {
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(summary, ExportJson.Default.ExportSummary));
        else
        {
            foreach (var file in summary.Files) Surroundings.Say(FormattableString.Invariant($"{file.Path}: {file.Bytes} bytes; {string.Join(", ", summary.Rows.Select(r => FormattableString.Invariant($"{r.Key} {r.Value}")))}"));
            foreach (var note in summary.Notes) Surroundings.Remark(note);
        }
        return ExitCode.Done;
    }

    private static async Task<int> TablesAsync(Surroundings with, IJournal journal, IReadOnlyList<string> sessions, string folder, string format, CancellationToken stop)
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
