using System.Text.Json.Serialization;

namespace MELT.Sensors.Meters;

/// <summary>The JSON form of descriptions: snake_case, absent instead of null, unknown keys refused.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(MeterDescription))]
public sealed partial class MeterJson : JsonSerializerContext;
