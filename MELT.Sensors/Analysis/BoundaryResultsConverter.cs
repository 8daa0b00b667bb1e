using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MELT.Sensors.Analysis;

/// <summary>In JSON the metrics of a boundary stand beside its sensors, each under its key. Results are written, never read back.</summary>
public sealed class BoundaryResultsConverter : JsonConverter<BoundaryResults>
{
    public override BoundaryResults Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("results are written, never read back");

    public override void Write(Utf8JsonWriter writer, BoundaryResults value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("primary", value.Primary);
        writer.WriteStartArray("sensors");
        foreach (var sensor in value.Sensors) writer.WriteStringValue(sensor);
        writer.WriteEndArray();
        foreach (var (key, metric) in value.Metrics)
        {
            writer.WritePropertyName(key);
            JsonSerializer.Serialize(writer, metric, (JsonTypeInfo<Metric>)options.GetTypeInfo(typeof(Metric)));
        }
        writer.WriteStartArray("phases");
        foreach (var phase in value.Phases) JsonSerializer.Serialize(writer, phase, (JsonTypeInfo<PhaseEnergy>)options.GetTypeInfo(typeof(PhaseEnergy)));
        writer.WriteEndArray();
        writer.WriteStartArray("phase_totals");
        foreach (var total in value.PhaseTotals) JsonSerializer.Serialize(writer, total, (JsonTypeInfo<PhaseTotal>)options.GetTypeInfo(typeof(PhaseTotal)));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
