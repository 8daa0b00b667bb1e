using System.Text.Json.Serialization;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>The JSON form of results: snake_case, nulls written, metric keys as they are.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ResultsDocument))]
[JsonSerializable(typeof(PhaseEnergy))]
[JsonSerializable(typeof(PhaseTotal))]
public sealed partial class ResultsJson : JsonSerializerContext;
