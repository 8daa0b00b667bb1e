using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Decoding;

/// <summary>Turns an <c>about</c> message into a description of a meter, or a rejection that names the key and what is wrong with it.</summary>
public static class AboutDecoder
{
    public const int MaximumBytes = 256 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    public static bool TryDecode(ReadOnlyMemory<byte> payload, [NotNullWhen(true)] out MeterDescription? description, [NotNullWhen(false)] out Rejection? rejection)
    {
        description = null;
        try
        {
            description = Decode(payload, out rejection);
        }
        catch (Exception e) when (JsonMessage.IsSyntax(e))
        {
            rejection = e.Message.Contains("duplicate", StringComparison.OrdinalIgnoreCase) ? new(Rejection.DuplicateKey, $"a key is given twice: {e.Message}") : JsonMessage.Syntax(e);
        }
        rejection = description is null ? rejection! : null;
        return description is not null;
    }

    private static MeterDescription? Decode(ReadOnlyMemory<byte> payload, out Rejection? rejection)
    {
        if (payload.Length > MaximumBytes) { rejection = new(Rejection.TooLarge, $"a description has at most {MaximumBytes} bytes"); return null; }
        using var document = JsonDocument.Parse(payload, Strict);
        rejection = ShapeProblem(document.RootElement, MeterJson.Default.MeterDescription, "") is { } problem ? new(Rejection.Shape, problem) : null;
        if (rejection is not null) return null;
        MeterDescription description;
        try
        {
            description = document.RootElement.Deserialize(MeterJson.Default.MeterDescription)!;
        }
        catch (JsonException e)
        {
            rejection = new(Rejection.Shape, $"{e.Path?.TrimStart('$', '.')} has a value that is not possible there");
            return null;
        }
        rejection = DescriptionRules.Problem(description) is { } invalid ? new(Rejection.Invalid, invalid) : null;
        return rejection is null ? description : null;
    }

    /// <summary>Compares an object with the type it is to become: the serializer's own complaints name .NET types, these name keys.</summary>
    private static string? ShapeProblem(JsonElement element, JsonTypeInfo type, string path)
    {
        if (element.ValueKind != JsonValueKind.Object) return $"{(path.Length == 0 ? "the message" : path)} is not an object";
        foreach (var property in element.EnumerateObject())
        {
            var at = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (type.Properties.FirstOrDefault(p => p.Name == property.Name) is not { } known)
            {
                return $"unknown key {JsonMessage.Quote(at)}; known are {string.Join(", ", type.Properties.Select(p => p.Name))}";
            }
            if (Mismatch(property.Value, known.PropertyType, at) is { } problem) return problem;
        }
        return type.Properties.FirstOrDefault(p => (p.IsRequired || IsRequiredParameter(p)) && !element.TryGetProperty(p.Name, out _)) is { } missing
            ? $"{(path.Length == 0 ? "" : path + ": ")}{missing.Name} is missing"
            : null;
    }

    // An accuracy of which one number was left out would otherwise be filled in with zero.
    private static bool IsRequiredParameter(JsonPropertyInfo property) => property.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false };

    private static string? Mismatch(JsonElement value, Type type, string at)
    {
        if (value.ValueKind == JsonValueKind.Null) return $"{at} is null; leave out what is not known";
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (MeterJson.Default.GetTypeInfo(type) is { Kind: JsonTypeInfoKind.Object } nested) return ShapeProblem(value, nested, at);
        if (type == typeof(string)) return value.ValueKind == JsonValueKind.String ? null : $"{at} is not a string";
        if (type == typeof(double)) return value.ValueKind == JsonValueKind.Number ? null : $"{at} is not a number";
        if (type == typeof(bool)) return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : $"{at} is neither true nor false";
        if (type == typeof(SensorKind)) return OneOf(value, at, "instantaneous", "averaged", "accumulated");
        if (type == typeof(StampPosition)) return OneOf(value, at, "start", "centre", "end");
        if (value.ValueKind != JsonValueKind.Array) return $"{at} is not an array";
        return value.EnumerateArray().Select((e, i) => ShapeProblem(e, MeterJson.Default.ChannelDescription, $"{at}[{i}]")).FirstOrDefault(p => p is not null);
    }

    private static string? OneOf(JsonElement value, string at, params ReadOnlySpan<string> allowed) =>
        value.ValueKind == JsonValueKind.String && allowed.Contains(value.GetString()!) ? null : $"{at} is none of {string.Join(", ", allowed!)}";
}
