using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Analysis.Evaluations;

namespace MELT.Sensors.Import.Original;

/// <summary>The tables of accuracies and of model sizes, known by their headers; <c>None</c> is missing.</summary>
internal static class EvaluationTables
{
    private const string Accuracies = "framework,model,dataset,quantization,accuracy,std_err", Sizes = "model,quantization,size,size_in_memory,parameters,max_ram";
    private const double BytesPerGigabyte = 1e9;

    public static bool IsAccuracies(RecordFile file) => file.Lines()[0].Text == Accuracies;
    public static bool IsSizes(RecordFile file) => file.Lines()[0].Text == Sizes;

    public static ImmutableArray<AccuracyRow> ReadAccuracies(ImportLog log, RecordFile file) => [.. log.Lines(file, "accuracies", file.Lines().Skip(1), line =>
    {
        if (line.Text.Split(',') is not [{ Length: > 0 } framework, { Length: > 0 } model, { Length: > 0 } dataset, var quantization, var accuracy, var error]) throw line.Is(Accuracies);
        return new AccuracyRow(framework, model, dataset, Missing(quantization), Missing(accuracy) is { } a ? Share(line, a) : null, Missing(error) is { } e ? Share(line, e) : null);
    })];

    public static ImmutableArray<ModelSize> ReadSizes(ImportLog log, RecordFile file) => [.. log.Lines(file, "model sizes", file.Lines().Skip(1), line =>
    {
        if (line.Text.Split(',') is not [{ Length: > 0 } model, var quantization, var disk, var memory, var parameters, var ram]) throw line.Is(Sizes);
        double? Bytes(string cell) => Missing(cell) is { } text ? Math.Round(line.Number64(text, "a size in GB") * BytesPerGigabyte) : null;
        // Counted in thousands: 7240000 is 7.24 billion.
        return new ModelSize(model, Missing(quantization), Bytes(disk), Bytes(memory), Missing(parameters) is { } count ? line.Integer(count, "thousands of parameters") * 1000 : null, Bytes(ram));
    })];

    private static string? Missing(string cell) => cell is "None" or "" ? null : cell;

    private static decimal Share(Line line, string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1 ? value : throw line.Is(text, "a share from 0 to 1");
}
