using MELT.Actors.Evaluations;
using MELT.Actors.Experiments;
using MELT.Actors.Imports;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Replay;
using MELT.Actors.Sessions;
using MELT.Sensors.Alignment;

namespace MELT.Host.Commands;

/// <summary>Recordings that MELT itself wrote as files, brought into this journal while no runtime works on it.</summary>
internal sealed class RecordingImportRun(Surroundings with)
{
    public const string Format = "melt";

    public async Task<IReadOnlyList<ImportedRow>> RunAsync(IReadOnlyList<string> files, bool dryRun, CancellationToken stop)
    {
        var rows = new List<ImportedRow>();
        if (dryRun)
        {
            foreach (var path in files)
            {
                await using var file = await SqliteJournal.OpenReadOnlyAsync(path, MeltEvents.Serializer, stop);
                rows.AddRange(await RowsAsync(file, await HeldAsync(file, stop), _ => "not stored", stop));
            }
            return rows;
        }
        DiskReserve.Check(with.DataFolder, with.Configure().DiskReserveBytes);
        var location = with.Journal;
        await using var held = await location.LockAsync(LockMode.Exclusive, with.Time, stop);
        await using var journal = await location.OpenAsync(MeltEvents.Serializer, with.Time);
        foreach (var path in files)
        {
            await using var file = await SqliteJournal.OpenReadOnlyAsync(path, MeltEvents.Serializer, stop);
            rows.AddRange(await MergeAsync(file, journal, stop));
        }
        return rows;
    }

    private async Task<IReadOnlyList<ImportedRow>> MergeAsync(SqliteJournal file, StoredJournal journal, CancellationToken stop)
    {
        var held = await HeldAsync(file, stop);
        var merge = await RecordingMerge.CompareAsync(file, held.Findings, [.. held.Evaluations.Select(e => e.Id)], journal, stop);
        // Whatever a replay would read is read before anything is stored, so a damaged file leaves nothing behind.
        var rows = await RowsAsync(file, held, stream => merge.IsThere(stream) ? "already there" : "imported", stop);
        using var progress = new CountProgress($"importing {Path.GetFileName(file.Path)}", merge.Missing, with.Time);
        await merge.StoreAsync(progress.Show, stop);
        return rows;
    }

    private sealed record Held(IReadOnlyList<Finding> Findings, IReadOnlyList<EvaluationState> Evaluations);

    /// <summary>A file may hold some of an experiment's sessions only.</summary>
    private static async Task<Held> HeldAsync(SqliteJournal file, CancellationToken stop)
    {
        var sessions = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var id in file.PersistenceIdsAsync($"{Session.KindName}:", stop)) sessions.Add(id[(Session.KindName.Length + 1)..]);
        var held = new Held([.. (await new Catalogue(file).ExperimentsAsync(stop)).Select(e => new Finding(e, [.. e.Started.Select(s => s.Session).Where(sessions.Contains)]))], await Evaluation.AllAsync(file, stop));
        return held.Findings.Count + held.Evaluations.Count > 0 ? held : throw new CommandException($"{file.Path} holds no experiment and no evaluation of MELT.");
    }

    private static async Task<IReadOnlyList<ImportedRow>> RowsAsync(SqliteJournal file, Held held, Func<string, string> status, CancellationToken stop)
    {
        var (rows, sha256) = (new List<ImportedRow>(), await Sha256Async(file.Path, stop));
        foreach (var finding in held.Findings)
            foreach (var session in finding.Sessions)
            {
                var entries = await Recording.ReadAsync(file, session, stop);
                rows.Add(new(finding.Experiment.Id, session, Name(finding.Experiment, session), Format, file.Path, sha256,
                    entries.OfType<RecordingEntry.Block>().Sum(b => (long)b.Samples.Count), status($"{Session.KindName}:{session}")));
            }
        rows.AddRange(held.Evaluations.Select(e => new ImportedRow(e.Id, "", ImportedRow.Tables, Format, file.Path, sha256, e.Accuracies.Length + e.Sizes.Length, status($"{Evaluation.KindName}:{e.Id}"))));
        return rows;
    }

    private static string Name(ExperimentState experiment, string session) =>
        experiment.Plan!.Sessions[experiment.Started.First(s => s.Session == session).Index].Header.Name;

    private static async Task<string> Sha256Async(string path, CancellationToken stop)
    {
        await using var file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(file, stop));
    }
}
