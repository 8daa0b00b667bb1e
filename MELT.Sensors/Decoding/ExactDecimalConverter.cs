using System.Text.Json;
using System.Text.Json.Serialization;

namespace MELT.Sensors.Decoding;

/// <summary>An exact decimal as the number it is; a reader that takes it for a double gets the nearest one.</summary>
public sealed class ExactDecimalConverter : JsonConverter<ExactDecimal>
{
    public override ExactDecimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && ExactDecimal.TryParse(reader.ValueSpan, out var value) ? value : throw new JsonException("expected a decimal of at most 19 digits");

    public override void Write(Utf8JsonWriter writer, ExactDecimal value, JsonSerializerOptions options) => writer.WriteRawValue(value.ToString());
}
