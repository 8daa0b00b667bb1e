using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Actors.Evaluations;
using MELT.Sensors.Analysis.Evaluations;

namespace MELT.Host.Reports.Evaluations;

/// <summary>The document <c>melt.evaluation/1</c>: accuracies with sizes, and what repeats where it ought to differ.</summary>
public sealed record EvaluationDocument(string Evaluation, string Source, string Sha256, ImmutableArray<AccuracyPoint> Accuracies, ImmutableArray<ModelSize> Sizes, ImmutableArray<AccuracyRepeat> Repeats)
{
    public string Schema { get; init; } = "melt.evaluation/1";

    public static EvaluationDocument Of(EvaluationState evaluation) => new(evaluation.Id, evaluation.Origin!.Source, evaluation.Origin.Sha256,
        AccuracyBySize.Of(evaluation.Accuracies, evaluation.Sizes), evaluation.Sizes, AccuracyRepeats.In(evaluation.Accuracies));

    public string ToJson() => JsonSerializer.Serialize(this, EvaluationJson.Default.EvaluationDocument);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(EvaluationDocument))]
internal sealed partial class EvaluationJson : JsonSerializerContext;
