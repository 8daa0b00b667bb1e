using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MELT.Host.Exports;

/// <summary>What an export wrote, as <c>--json</c> says it. Rows: by table, or by kind of packet.</summary>
internal sealed record ExportSummary(string Format, ImmutableArray<ExportedFile> Files, ImmutableArray<string> Sessions, ImmutableSortedDictionary<string, long> Rows, ImmutableArray<string> Notes);

internal sealed record ExportedFile(string Path, long Bytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ExportSummary))]
internal sealed partial class ExportJson : JsonSerializerContext;
