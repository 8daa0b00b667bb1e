using System.Collections.Immutable;
using MELT.Actors.Experiments;
using MELT.Actors.Journal;

namespace MELT.Actors.Replay;

/// <summary>What a journal holds: its experiments and their sessions, read from the experiments' own streams.</summary>
public sealed class Catalogue(IJournal journal)
{
    /// <summary>All experiments, oldest first.</summary>
    public async Task<IReadOnlyList<ExperimentState>> ExperimentsAsync(CancellationToken stop)
    {
        var all = new List<ExperimentState>();
        await foreach (var id in journal.PersistenceIdsAsync($"{Experiment.KindName}:", stop)) all.Add(await ReadAsync(id, stop));
        return all;
    }

    /// <summary>The experiment of exactly this id; null when there is none.</summary>
    public async Task<ExperimentState?> ExperimentAsync(string id, CancellationToken stop) =>
        await ReadAsync($"{Experiment.KindName}:{id}", stop) is { Plan: not null } experiment ? experiment : null;

    /// <summary>Finds by an experiment's or session's id or its unique beginning; throws <see cref="CatalogueException"/> when there is none or more than one.</summary>
    public async Task<Finding> FindAsync(string prefix, CancellationToken stop)
    {
        var experiments = await ExperimentsAsync(stop);
        if (prefix == "last" && experiments.Count > 0) return new Finding(experiments[^1], Sessions(experiments[^1]));
        var whole = experiments.Select(e => (e.Id, Finding: new Finding(e, Sessions(e)))).ToList();
        var single = experiments.SelectMany(e => Sessions(e).Select(id => (Id: id, Finding: new Finding(e, [id])))).ToList();
        if (whole.Concat(single).FirstOrDefault(f => f.Id == prefix) is { Finding: { } exact }) return exact;

        // A session's id begins with its experiment's, so sessions are meant only where no experiment can be.
        var begin = whole.Where(f => f.Id.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        if (begin.Count == 0) begin = [.. single.Where(f => f.Id.StartsWith(prefix, StringComparison.Ordinal))];
        return begin switch
        {
            [var only] => only.Finding,
            [] => throw new CatalogueException($"no experiment or session begins with \"{prefix}\"; melt list shows what there is"),
            _ => throw new CatalogueException($"\"{prefix}\" begins {begin.Count} ids ({string.Join(", ", begin.Take(5).Select(f => f.Id))}{(begin.Count > 5 ? ", …" : "")}); write more of it"),
        };
    }

    private async Task<ExperimentState> ReadAsync(string persistenceId, CancellationToken stop)
    {
        var behavior = new Experiment();
        var state = behavior.Empty(persistenceId[(Experiment.KindName.Length + 1)..]);
        await foreach (var stored in journal.ReadAsync(persistenceId, 1, stop)) state = behavior.Apply(state, (ExperimentEvent)stored.Event);
        return state;
    }

    private static ImmutableArray<string> Sessions(ExperimentState experiment) => [.. experiment.Started.Select(s => s.Session)];
}

/// <summary>An experiment, and the sessions of it that were asked for.</summary>
public sealed record Finding(ExperimentState Experiment, ImmutableArray<string> Sessions);

/// <summary>The id names nothing, or more than one thing.</summary>
public sealed class CatalogueException(string message) : Exception(message);
