using System.Text.Json.Serialization;

namespace MELT.Devices.Inference;

/// <summary>The wire form of engine messages: snake_case, one object per line, absent instead of null; the type may stand anywhere, since not every writer of JSON orders its keys.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(EngineCommand))]
[JsonSerializable(typeof(EngineEvent))]
public sealed partial class EngineJson : JsonSerializerContext;
