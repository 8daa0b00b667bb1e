using System.Text.Json.Serialization;

namespace MELT.Devices.Inference;

/// <summary>The wire form of engine messages: snake_case, one object per line, absent instead of null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EngineCommand))]
[JsonSerializable(typeof(EngineEvent))]
public sealed partial class EngineJson : JsonSerializerContext;
