using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Analysis.Evaluations;

namespace MELT.Actors.Evaluations;

/// <summary>What the actor of an evaluation is asked.</summary>
public abstract record EvaluationCommand
{
    /// <summary>Keep what was evaluated elsewhere. Repeating it changes nothing.</summary>
    public sealed record Import(string Source, string Sha256, string CommandLine, ImmutableArray<AccuracyRow> Accuracies, ImmutableArray<ModelSize> Sizes, Stamp At) : EvaluationCommand;
}

/// <summary>What is known of how accurate and how large models are.</summary>
public abstract record EvaluationEvent
{
    public sealed record Imported(string Source, string Sha256, string CommandLine, Stamp At) : EvaluationEvent;
    public sealed record AccuraciesRecorded(ImmutableArray<AccuracyRow> Rows) : EvaluationEvent;
    public sealed record SizesRecorded(ImmutableArray<ModelSize> Rows) : EvaluationEvent;
}

/// <summary>It is stored.</summary>
public sealed record EvaluationAccepted { public static readonly EvaluationAccepted Value = new(); }
