using System.Text.Json;
using System.Text.Json.Serialization;

namespace MELT.Sensors.Meters;

/// <summary>The JSON form of descriptions: snake_case, absent instead of null, unknown keys refused.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(MeterDescription))]
public sealed partial class MeterJson : JsonSerializerContext
{
    /// <summary>True when both say the same (records that hold lists do not compare by content).</summary>
    public static bool Same(MeterDescription? a, MeterDescription? b) =>
        a is not null && b is not null && JsonSerializer.SerializeToUtf8Bytes(a, Default.MeterDescription).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(b, Default.MeterDescription));
}
