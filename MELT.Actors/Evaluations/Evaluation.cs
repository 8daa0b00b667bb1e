using System.Collections.Immutable;
using System.Diagnostics;
using MELT.Actors.Behaviors;
using MELT.Actors.Journal;
using MELT.Sensors.Analysis.Evaluations;

namespace MELT.Actors.Evaluations;

/// <summary>What an evaluation remembers.</summary>
public sealed record EvaluationState(string Id)
{
    public EvaluationEvent.Imported? Origin { get; init; }
    public ImmutableArray<AccuracyRow> Accuracies { get; init; } = [];
    public ImmutableArray<ModelSize> Sizes { get; init; } = [];
}

/// <summary>The actor of one evaluation: accuracies and sizes of models, kept as they were written.</summary>
public sealed class Evaluation : EventSourcedBehavior<EvaluationCommand, EvaluationEvent, EvaluationState>
{
    public const string KindName = "evaluation";

    public override string Kind => KindName;
    public override EvaluationState Empty(string id) => new(id);

    public override Effect<EvaluationEvent> Handle(EvaluationState evaluation, EvaluationCommand command) => (evaluation.Origin, command) switch
    {
        (null, EvaluationCommand.Import c) => Persist(new EvaluationEvent.Imported(c.Source, c.Sha256, c.CommandLine, c.At), new EvaluationEvent.AccuraciesRecorded(c.Accuracies), new EvaluationEvent.SizesRecorded(c.Sizes))
            .ThenReply(EvaluationAccepted.Value),
        (_, EvaluationCommand.Import) => Reply(EvaluationAccepted.Value),
        _ => throw new UnreachableException(command.GetType().Name),
    };

    public override EvaluationState Apply(EvaluationState evaluation, EvaluationEvent e) => e switch
    {
        EvaluationEvent.Imported i => evaluation with { Origin = i },
        EvaluationEvent.AccuraciesRecorded a => evaluation with { Accuracies = a.Rows },
        EvaluationEvent.SizesRecorded s => evaluation with { Sizes = s.Rows },
        _ => throw new UnreachableException(e.GetType().Name),
    };

    /// <summary>All that a journal holds, oldest first.</summary>
    public static async Task<IReadOnlyList<EvaluationState>> AllAsync(IJournal journal, CancellationToken stop)
    {
        var all = new List<EvaluationState>();
        await foreach (var id in journal.PersistenceIdsAsync($"{KindName}:", stop)) all.Add(await ReadAsync(journal, id[(KindName.Length + 1)..], stop));
        return all;
    }

    /// <summary>One by its id, as far as a journal holds it.</summary>
    public static async Task<EvaluationState> ReadAsync(IJournal journal, string id, CancellationToken stop)
    {
        var behavior = new Evaluation();
        var state = behavior.Empty(id);
        await foreach (var stored in journal.ReadAsync($"{KindName}:{id}", 1, stop)) state = behavior.Apply(state, (EvaluationEvent)stored.Event);
        return state;
    }
}
