namespace MELT.Sensors.Analysis.Evaluations;

/// <summary>How accurate a model is on a data set. Decimals as they were written, so that digits can be compared.</summary>
/// <param name="Quantization">Null: not quantised.</param>
/// <param name="Accuracy">Null: the row is there and states none.</param>
/// <param name="StandardError">Null: not stated.</param>
public sealed record AccuracyRow(string Framework, string Model, string Dataset, string? Quantization, decimal? Accuracy, decimal? StandardError);

/// <summary>How large a model is, bytes; null where not stated. <paramref name="MostMemory"/>: what the engine needs at most.</summary>
public sealed record ModelSize(string Model, string? Quantization, double? Disk, double? Memory, long? Parameters, double? MostMemory);
