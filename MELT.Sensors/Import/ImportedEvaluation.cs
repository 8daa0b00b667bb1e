using System.Collections.Immutable;
using MELT.Sensors.Analysis.Evaluations;

namespace MELT.Sensors.Import;

/// <summary>Tables of accuracies and sizes as one evaluation; the content names it.</summary>
public sealed record ImportedEvaluation(string Id, string Folder, string Sha256, ImmutableArray<AccuracyRow> Accuracies, ImmutableArray<ModelSize> Sizes);
