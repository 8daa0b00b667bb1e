using System.Text.Json;
using System.Text.RegularExpressions;

namespace MELT.Host.Tests.Reports;

/// <summary>Checks JSON against a schema, draft 2020-12, as far as MELT's schemas go; a keyword it does not know is an error, never passed over.</summary>
internal sealed class JsonSchema(JsonElement root)
{
    private static readonly string[] Remarks = ["$schema", "$id", "title", "description", "$defs"];

    public static JsonSchema Parse(string text) => new(JsonDocument.Parse(text).RootElement);

    /// <summary>Every fault with its place; empty when valid.</summary>
    public IReadOnlyList<string> Faults(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. Faults(root, document.RootElement, "$")];
    }

    private IEnumerable<string> Faults(JsonElement schema, JsonElement value, string at) =>
        schema.EnumerateObject().SelectMany(keyword => Faults(schema, keyword.Name, keyword.Value, value, at));

    private IEnumerable<string> Faults(JsonElement schema, string keyword, JsonElement rule, JsonElement value, string at) => keyword switch
    {
        "type" => Unless(Types(rule).Any(type => Is(value, type)), $"{at} is {value.ValueKind}, not {rule}"),
        "const" => Unless(JsonElement.DeepEquals(value, rule), $"{at} is not {rule}"),
        "enum" => Unless(rule.EnumerateArray().Any(one => JsonElement.DeepEquals(value, one)), $"{at} is {value}, not one of {rule}"),
        "minimum" => Unless(value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.GetDouble(), $"{at} is less than {rule}"),
        "pattern" => Unless(value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.GetString()!), $"{at} does not match {rule}"),
        "required" => Missing(rule, value).Select(name => $"{at} lacks {name}"),
        "properties" => Properties(value).SelectMany(property => rule.TryGetProperty(property.Name, out var own) ? Faults(own, property.Value, $"{at}.{property.Name}") : []),
        "additionalProperties" => Properties(value).Where(property => !Declared(schema, property.Name)).SelectMany(property => Additional(rule, property, $"{at}.{property.Name}")),
        "items" => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany((item, i) => Faults(rule, item, $"{at}[{i}]")) : [],
        "$ref" => Faults(Definition(rule.GetString()!), value, at),
        "anyOf" => Unless(Fitting(rule, value, at) >= 1, $"{at} fits none of {rule.GetArrayLength()} forms: {Why(rule, value, at)}"),
        "oneOf" => Unless(Fitting(rule, value, at) == 1, $"{at} fits {Fitting(rule, value, at)} of {rule.GetArrayLength()} forms, not one: {Why(rule, value, at)}"),
        _ when Remarks.Contains(keyword) => [],
        _ => throw new NotSupportedException($"schema keyword {keyword}"),
    };

    private IEnumerable<string> Additional(JsonElement rule, JsonProperty property, string at) =>
        rule.ValueKind == JsonValueKind.False ? [$"{at} is not allowed"] : Faults(rule, property.Value, at);

    private int Fitting(JsonElement forms, JsonElement value, string at) => forms.EnumerateArray().Count(form => !Faults(form, value, at).Any());

    private string Why(JsonElement forms, JsonElement value, string at) =>
        string.Join(" | ", forms.EnumerateArray().Select(form => Faults(form, value, at).FirstOrDefault() ?? "fits"));

    private JsonElement Definition(string reference) => root.GetProperty("$defs").GetProperty(reference["#/$defs/".Length..]);

    private static bool Declared(JsonElement schema, string name) => schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out _);

    private static IEnumerable<JsonProperty> Properties(JsonElement value) => value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : [];

    private static IEnumerable<string> Missing(JsonElement names, JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? names.EnumerateArray().Select(name => name.GetString()!).Where(name => !value.TryGetProperty(name, out _)) : [];

    private static IEnumerable<string> Types(JsonElement rule) => rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().Select(type => type.GetString()!) : [rule.GetString()!];

    private static bool Is(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        _ => throw new NotSupportedException($"schema type {type}"),
    };

    private static IEnumerable<string> Unless(bool holds, string fault) => holds ? [] : [fault];
}
