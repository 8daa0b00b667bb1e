using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Cells;
using MELT.Sensors.Analysis.Dialects;

namespace MELT.Host.Reports;

/// <summary>The document <c>melt.results/1</c>: all that is said of one experiment. Its form is <see cref="ResultsSchema"/>.</summary>
public sealed record ResultsDocument
{
    public const string SchemaName = "melt.results/1";

    /// <summary>Results inside the document look as they do alone.</summary>
    private static readonly JsonTypeInfo<ResultsDocument> Form = (JsonTypeInfo<ResultsDocument>)new JsonSerializerOptions(ResultsJson.Default.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(Sensors.Analysis.ResultsJson.Resolver, ResultsJson.Default),
    }.GetTypeInfo(typeof(ResultsDocument));

    public string Schema { get; init; } = SchemaName;
    /// <summary>Version of MELT that wrote this.</summary>
    public required string Melt { get; init; }
    /// <summary>Version of the analysis that the results come from.</summary>
    public required string Analysis { get; init; }
    public required string Experiment { get; init; }
    public required string Name { get; init; }
    public required string PlanSha256 { get; init; }
    public ImmutableArray<SessionResults> Sessions { get; init; } = [];
    /// <summary>Means over repetitions, where there are any.</summary>
    public ImmutableArray<CellResults> Cells { get; init; } = [];
    /// <summary>Where the report lies and the hash of everything else; null until <see cref="Sealed"/>.</summary>
    public ReportPointers? Report { get; init; }
    /// <summary>Only when asked for: the same recordings by somebody else's rule. No part of what is hashed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<DialectResults>? Dialects { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, Form);

    /// <summary>Adds the SHA-256 over <paramref name="canonical"/> JSON of everything but <c>report</c> and <c>dialects</c>.</summary>
    public ResultsDocument Sealed(Func<JsonElement, byte[]> canonical)
    {
        var everything = JsonSerializer.SerializeToNode(this, Form)!.AsObject();
        everything.Remove("report");
        everything.Remove("dialects");
        var hash = SHA256.HashData(canonical(Element(everything)));
        return this with { Report = (Report ?? ReportPointers.None) with { Sha256 = Convert.ToHexStringLower(hash) } };
    }

    private static JsonElement Element(JsonObject json)
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        return document.RootElement.Clone();
    }
}

/// <summary>Paths of the report's files (null: not written) and the hash of the results.</summary>
public sealed record ReportPointers(string? Html, string? Markdown, string? Json, string Sha256)
{
    public static ReportPointers None { get; } = new(null, null, null, "");
}
