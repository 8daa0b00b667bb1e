using System.CommandLine;
using System.Text.Json;
using MELT.Devices.Models;
using Spectre.Console;

namespace MELT.Host.Commands;

/// <summary><c>melt model make|list</c>: models with random weights, for measuring without a download.</summary>
internal static class ModelCommand
{
    public static Command Create(SharedOptions shared)
    {
        var spec = new Argument<string>("spec") { Description = "synthetic:tiny|tinyllama-1.1b|llama-2-7b:QUANT, for example synthetic:tiny:q4_0", HelpName = "SPEC" };
        var make = new Command("make", "Write a GGUF file with seeded random weights: real speed, memory and energy, meaningless text") { spec };
        make.SetAction((parsed, stop) => Failure.GuardAsync(() => MakeAsync(new Surroundings(parsed, shared), parsed.GetRequiredValue(spec), stop)));
        var list = new Command("list", "List the synthetic models that are there");
        list.SetAction((parsed, _) => Failure.GuardAsync(() => Task.FromResult(List(new Surroundings(parsed, shared)))));
        return new Command("model", "Make or list synthetic models") { make, list };
    }

    private static async Task<int> MakeAsync(Surroundings with, string spec, CancellationToken stop)
    {
        var model = SyntheticModel.TryParse(spec, out var reason) ?? throw new CommandException(reason!, ExitCode.Usage);
        using var progress = new ModelProgressLine(spec);
        var made = await with.Models.MakeAsync(model, Environment.ProcessorCount, progress, stop);
        Print(with, [made]);
        return ExitCode.Done;
    }

    private static int List(Surroundings with)
    {
        Print(with, with.Models.List());
        return ExitCode.Done;
    }

    private static void Print(Surroundings with, IReadOnlyList<ModelFile> models)
    {
        if (with.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(models, ModelJson.Default.IReadOnlyListModelFile));
            return;
        }
        var table = new Table().Border(TableBorder.None).AddColumns("MODEL", "QUANTIZATION", "PARAMETERS", "SIZE", "FILE");
        foreach (var m in models) table.AddRow(Markup.Escape(m.Name), Markup.Escape(m.Quantization ?? "?"), $"{m.Parameters:N0}", $"{m.Bytes / 1048576.0:0.0} MiB", Markup.Escape(m.Path));
        with.Output.Write(table);
        if (models.Count == 0) Surroundings.Remark($"no synthetic models in {with.Models.Folder}; melt model make synthetic:tiny:q4_0 makes one");
        else Surroundings.Remark("SYNTHETIC: random weights; the text they write means nothing");
    }
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[System.Text.Json.Serialization.JsonSerializable(typeof(IReadOnlyList<ModelFile>))]
internal sealed partial class ModelJson : System.Text.Json.Serialization.JsonSerializerContext;
