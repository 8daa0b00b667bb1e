using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Actors.Evaluations;
using MELT.Actors.Replay;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis.Dialects;
using MELT.Sensors.Import;
using MELT.Sensors.Import.Original;

namespace MELT.Host.Commands;

/// <summary><c>melt import PATH…</c>: records made elsewhere become sessions here; recordings of MELT itself come as they are.</summary>
internal sealed class ImportCommand
{
    private readonly Argument<string[]> _paths = new("path") { Description = "Folder with a record, or with records in folders below it; a log of operators or of jetson-monitor; or a file that melt export --format melt wrote", HelpName = "PATH", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _as = new("--as") { Description = "Read as this format, whatever the files look like", HelpName = "FORMAT" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Read everything and say what would be imported, and store nothing" };

    public static Command Create(SharedOptions shared, string commandLine)
    {
        var import = new ImportCommand();
        import._as.AcceptOnlyFromAmong([.. ImportFormats.Names, RecordingImportRun.Format]);
        var command = new Command("import", $"Import records made elsewhere ({string.Join(", ", ImportFormats.Names)}), or recordings of another journal ({RecordingImportRun.Format})") { import._paths, import._as, import._dryRun };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => import.RunAsync(new Surroundings(parsed, shared), parsed, commandLine, stop)));
        return command;
    }

    private async Task<int> RunAsync(Surroundings with, ParseResult parsed, string commandLine, CancellationToken stop)
    {
        // All are read before one is stored, so that a wrong file leaves nothing behind.
        var (paths, format, dryRun) = (parsed.GetRequiredValue(_paths), parsed.GetValue(_as), parsed.GetValue(_dryRun));
        var files = paths.Where(path => format == RecordingImportRun.Format || (format is null && RecordingFile.IsOne(path))).ToArray();
        var (recordings, evaluations, surroundings, unread) = ReadAll([.. paths.Except(files)], format);
        IReadOnlyList<ImportedRow> imported =
        [
            .. files.Length > 0 ? await new RecordingImportRun(with).RunAsync(files, dryRun, stop) : [],
            .. dryRun ? [.. recordings.Select(r => Row(r, "not stored")), .. evaluations.Select(e => Row(e, "not stored"))]
                : recordings.Length + evaluations.Length == 0 ? [] : await StoreAsync(with, recordings, evaluations, commandLine, stop),
        ];
        imported = [.. imported.Select(row => Beside(row, surroundings)), .. surroundings.Where(a => a.Found.Evaluation is null).Select(a => Beside(new("", "", "beside the runs", OriginalSurroundings.Format, Path.GetFullPath(a.Folder), "", 0, "read"), [a])), .. unread.DistinctBy(u => Path.GetFullPath(u.Folder)).Select(Row)];
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(imported, ImportJson.Default.IReadOnlyListImportedRow));
        else
        {
            foreach (var line in Lines(imported)) Surroundings.Say(line);
            foreach (var row in imported) ImportedFigures.Show(row, with.Output);
        }
        return ExitCode.Done;
    }

    /// <summary>Records, and what lies beside those of the original MELT. A folder with neither says what would make a record; so does one whose records hold nothing that can be read.</summary>
    private static (ImportedRecording[] Recordings, ImportedEvaluation[] Evaluations, (string Folder, OriginalSurroundings Found)[] Around, IReadOnlyList<UnreadRecord> Unread) ReadAll(string[] paths, string? format)
    {
        var unread = new List<UnreadRecord>();
        (string Folder, OriginalSurroundings Found)[] around = format is null or OriginalSurroundings.Format ? [.. paths.Select(path => (path, OriginalSurroundings.Find(path)))] : [];
        var evaluations = around.Select(a => a.Found.Evaluation).OfType<ImportedEvaluation>().DistinctBy(e => e.Sha256).ToArray();
        ImportedRecording[] completed = [.. paths.SelectMany(Recordings).DistinctBy(r => r.Sha256).Select(recording => around.Aggregate(recording, (known, a) => a.Found.Complete(known)))];
        if (completed.Length + evaluations.Length == 0 && unread.Find(u => u.Format.Length > 0) is { } none) throw none.Why;
        // Of other formats nothing lies beside the records.
        return (completed, evaluations, evaluations.Length == 0 && Array.TrueForAll(completed, r => r.Original is null) ? [] : [.. around.Where(a => !a.Found.Read.IsEmpty || !a.Found.Rejected.IsEmpty)], unread);

        // Tables alone are something to import too.
        IReadOnlyList<ImportedRecording> Recordings(string path)
        {
            var closed = new List<UnreadRecord>();
            if (!evaluations.Any(e => e.Folder == path) || ImportFormats.Find(path, closed).Count > 0) return ImportFormats.Read(path, format, unread);
            unread.AddRange(closed);
            return [];
        }
    }

    /// <summary>What was read and left out beside the runs stands with the evaluation, or by itself.</summary>
    private static ImportedRow Beside(ImportedRow row, (string Folder, OriginalSurroundings Found)[] around) =>
        around.FirstOrDefault(a => a.Found.Evaluation is not { } evaluation ? row.Experiment.Length == 0 : evaluation.Id == row.Experiment) is { Found: { } found } ? row with { Read = found.Read, Rejected = found.Rejected } : row;

    private static async Task<ImportedRow[]> StoreAsync(Surroundings with, IReadOnlyList<ImportedRecording> recordings, IReadOnlyList<ImportedEvaluation> evaluations, string commandLine, CancellationToken stop)
    {
        var configuration = with.Configure();
        DiskReserve.Check(with.DataFolder, configuration.DiskReserveBytes);
        var rows = new List<ImportedRow>();
        await using var laboratory = await Laboratory.OpenAsync(LaboratorySetting.Closed(with, configuration), with.Logs(), with.Time, stop);
        foreach (var cut in laboratory.Interrupted) Surroundings.Remark($"experiment {cut.Experiment} was interrupted when MELT last ended; what was recorded of it is sealed ({cut.Status})");
        using var progress = new ImportProgress(recordings, with.Time);
        var import = new Actors.Imports.RecordingImport(laboratory.Runtime, laboratory.Journal, laboratory.Clock, with.Time);
        foreach (var run in recordings.GroupBy(r => r.Header.Experiment))
            await laboratory.Watched.UnlessLostAsync(KeepAsync([.. run]));
        foreach (var evaluation in evaluations)
        {
            var there = await laboratory.Journal.HighestAsync($"{Evaluation.KindName}:{evaluation.Id}", stop) > 0;
            if (!there) await laboratory.Watched.UnlessLostAsync(import.StoreAsync(evaluation, commandLine, stop));
            rows.Add(Row(evaluation, there ? "already there" : "imported"));
        }
        return [.. rows];

        async Task KeepAsync(ImportedRecording[] run)
        {
            foreach (var (kept, there) in await import.StoreAsync(run, commandLine, progress.Show, stop)) rows.Add(Row(kept, there ? "already there" : "imported"));
        }
    }

    private static ImportedRow Row(ImportedEvaluation evaluation, string status) =>
        new(evaluation.Id, "", ImportedRow.Tables, OriginalSurroundings.Format, Path.GetFullPath(evaluation.Folder), evaluation.Sha256, evaluation.Accuracies.Length + evaluation.Sizes.Length, status);

    private static ImportedRow Row(ImportedRecording recording, string status) => new(
        recording.Header.Experiment.Value, recording.Header.Session.Value, recording.Name, recording.Format, Path.GetFullPath(recording.Folder), recording.Sha256, ImportProgress.Readings(recording), status)
    {
        Read = IsTolerant(recording) ? recording.Read : null,
        Rejected = IsTolerant(recording) ? recording.Rejected : null,
        Figures = recording.Original is null ? null : OriginalDialect.Of(RecordedSession.From(recording.Entries), recording.Original).Figures,
    };

    private static ImportedRow Row(UnreadRecord unread) => new("", "", unread.Name, unread.Format, Path.GetFullPath(unread.Folder), "", 0, "nothing to read")
    {
        Rejected = [new(Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(unread.Folder))!, unread.Why.File), unread.Why.Place, unread.Why.Wrong, unread.Why.Expected)],
    };

    private static bool IsTolerant(ImportedRecording recording) => recording.Original is not null || !recording.Read.IsEmpty;

    private static IEnumerable<string> Lines(IReadOnlyList<ImportedRow> rows)
    {
        var (ids, names) = (rows.Select(r => r.Experiment.Length).Append("EXPERIMENT".Length).Max(), rows.Select(r => r.Name.Length).Append("NAME".Length).Max());
        yield return $"{"EXPERIMENT".PadRight(ids)}  {"NAME".PadRight(names)}  {"FORMAT",-14}  {"READINGS",9}  STATUS";
        foreach (var r in rows) yield return FormattableString.Invariant($"{r.Experiment.PadRight(ids)}  {r.Name.PadRight(names)}  {r.Format,-14}  {r.Readings,9}  {r.Status}");
    }
}

/// <summary>One recording and what became of it: imported, already there, not stored; nothing to read, and then it is no experiment.</summary>
internal sealed record ImportedRow(string Experiment, string Session, string Name, string Format, string Folder, string Sha256, long Readings, string Status)
{
    /// <summary>The name of an evaluation, whose rows are counted as readings.</summary>
    public const string Tables = "accuracies and sizes";

    /// <summary>Of formats that are read tolerantly: files that were read, and what was left out. A record of several sessions tells it with the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<ReadPart>? Read { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<RejectedPart>? Rejected { get; init; }
    /// <summary>What its authors published beside ours, where the format knows how they computed it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<ComparedFigure>? Figures { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<ImportedRow>))]
internal sealed partial class ImportJson : JsonSerializerContext;
