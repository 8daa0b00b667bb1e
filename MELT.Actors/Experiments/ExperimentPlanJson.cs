using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MELT.Devices;

namespace MELT.Actors.Experiments;

/// <summary>The stored form of a plan: snake_case, absent instead of null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    Converters = [typeof(DeviceIdConverter)])]
[JsonSerializable(typeof(ExperimentPlan))]
[JsonSerializable(typeof(PlannedLink.Simulated), TypeInfoPropertyName = "SimulatedLink")]
[JsonSerializable(typeof(PlannedEngine.Simulated), TypeInfoPropertyName = "SimulatedEngine")]
public sealed partial class ExperimentPlanJson : JsonSerializerContext
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static string Canonical(ExperimentPlan plan) =>
        Sorted(JsonSerializer.SerializeToNode(plan, Default.ExperimentPlan))!.ToJsonString(Compact);

    internal static string Sha256(ExperimentPlan plan) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(plan))));

    internal static ExperimentPlan Read(string json) =>
        JsonSerializer.Deserialize(json, Default.ExperimentPlan) ?? throw new JsonException("A plan is expected, not null.");

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}

/// <summary>Writes a device id as its text.</summary>
internal sealed class DeviceIdConverter : JsonConverter<DeviceId>
{
    public override DeviceId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");
    public override void Write(Utf8JsonWriter writer, DeviceId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
