using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MELT.Sensors.Analysis;

/// <summary>The JSON form of results, schema <c>melt.results/1</c>: snake_case, every key present, nulls written, notes and clock only where there are any.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SessionResults))]
[JsonSerializable(typeof(PhaseEnergy))]
[JsonSerializable(typeof(PhaseTotal))]
public sealed partial class ResultsJson : JsonSerializerContext
{
    /// <summary>Options for documents that hold results among other things: combine <see cref="IJsonTypeInfoResolver"/>s with this one first.</summary>
    public static IJsonTypeInfoResolver Resolver { get; } = new ResultsJson().WithAddedModifier(static type =>
    {
        if (type.Type != typeof(Quantity)) return;
        foreach (var property in type.Properties)
            if (property.Name == "notes")
                property.ShouldSerialize = static (quantity, _) => !((Quantity)quantity).Notes.IsEmpty;
            else if (property.Name == "clock")
                property.ShouldSerialize = static (quantity, _) => ((Quantity)quantity).Clock is not null;
    });

    private static readonly JsonTypeInfo<SessionResults> Form = (JsonTypeInfo<SessionResults>)new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        TypeInfoResolver = Resolver,
    }.GetTypeInfo(typeof(SessionResults));

    /// <summary>Results as a JSON value, for a larger document.</summary>
    public static JsonElement Element(SessionResults results) => JsonSerializer.SerializeToElement(results, Form);

    /// <summary>Canonical bytes (RFC 8785, 12 significant digits).</summary>
    public static byte[] Canonical(SessionResults results) => CanonicalJson.Write(Element(results));

    /// <summary>SHA-256 of the canonical bytes, lower-case hexadecimal.</summary>
    public static string Sha256(SessionResults results) => Sha256(Element(results));

    /// <summary>SHA-256 of the canonical bytes of any JSON value, lower-case hexadecimal.</summary>
    public static string Sha256(JsonElement value) => Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Write(value)));
}
