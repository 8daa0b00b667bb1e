using System.Text.Json.Serialization;

namespace MELT.Host.Reports;

/// <summary>The JSON form of results: snake_case, nulls written, metric keys as they are.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ResultsDocument))]
public sealed partial class ResultsJson : JsonSerializerContext;
