namespace MELT.Host.Reports;

/// <summary>JSON Schema (draft 2020-12) of <c>melt.results/1</c>; <c>melt schema results</c> prints it.</summary>
public static class ResultsSchema
{
    public static string Text { get; } = EmbeddedText.Read("results.schema.json");
}
