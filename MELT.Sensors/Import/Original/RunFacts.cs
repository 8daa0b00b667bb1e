using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MELT.Sensors.Import.Original;

/// <summary>What is known of a run: from its <c>configuration.json</c>, and where that says nothing from the names of the folders it lies in.</summary>
internal sealed partial record RunFacts(string App, string Device, string Model, ImmutableSortedDictionary<string, string> Settings)
{
    public const string Configuration = "configuration.json";
    private static readonly string[] Apps = ["MLCChat", "MLCChat++", "LlamaCpp", "LLMFarmEval"];

    /// <summary>Null where neither says which app it was.</summary>
    public static RunFacts? Read(ImportLog log, string folder, List<RecordFile> files)
    {
        var path = Path.GetFullPath(folder).Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        var at = Array.FindLastIndex(path, part => Apps.Contains(part));
        var settings = FromName(path[^1]);
        if (File.Exists(Path.Combine(folder, Configuration)) && log.Open(Path.Combine(folder, Configuration), "the configuration of the run") is { } file)
        {
            files.Add(file);
            settings = settings.SetItems(FromJson(log, file));
        }
        var app = settings.GetValueOrDefault("app") ?? (at >= 0 ? path[at] : null);
        if (app is null) return null;
        var device = settings.GetValueOrDefault("device") ?? (at > 0 ? path[at - 1] : "unknown");
        var model = settings.GetValueOrDefault("model") ?? (at >= 0 ? string.Join('/', path[(at + 1)..^1]) : "unknown");
        return new(app, device, model, settings.RemoveRange(["app", "device", "model", "output"]));
    }

    /// <summary>The model's file or folder, without the repository it lies in.</summary>
    public string ModelName => Model.Split('/')[^1] is var name && name.EndsWith(".gguf", StringComparison.Ordinal) ? name[..^5] : name;

    public string? Quantization => Quantized().Match(ModelName) is { Success: true } found ? found.Groups[1].Value : null;

    // run_cs2048_mgl256_bs1024, or the power mode of a Jetson.
    private static ImmutableSortedDictionary<string, string> FromName(string name)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (RunName().Match(name) is { Success: true } run)
        {
            found["max_context_size"] = run.Groups[1].Value;
            found["max_gen_len"] = run.Groups[2].Value;
            if (run.Groups[3].Success) found["input_token_batching"] = run.Groups[3].Value;
        }
        if (PowerMode().Match(name) is { Success: true } mode) found["power_mode"] = mode.Value;
        return found.ToImmutable();
    }

    private static IEnumerable<KeyValuePair<string, string>> FromJson(ImportLog log, RecordFile file)
    {
        try
        {
            using var json = JsonDocument.Parse(file.Bytes);
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("no object");
            KeyValuePair<string, string>[] found = [.. json.RootElement.EnumerateObject().Where(p => p.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array))
                .Select(p => KeyValuePair.Create(p.Name, p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()! : p.Value.GetRawText())).Where(p => p.Value.Length > 0)];
            log.Took(file.Path, "settings of the run", found.Length);
            return found;
        }
        catch (JsonException e)
        {
            log.Reject(file, e.LineNumber is { } line ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}") : null, "no JSON object", "the settings of the run; the names of the folders are taken instead");
            return [];
        }
    }

    [GeneratedRegex(@"^run_cs(\d+)_mgl(\d+)(?:_bs(\d+))?$", RegexOptions.CultureInvariant)]
    private static partial Regex RunName();

    [GeneratedRegex(@"\b\d+w\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex PowerMode();

    [GeneratedRegex(@"-((?:q\d\w*|f16|f32|AWQ|GPTQ))$", RegexOptions.CultureInvariant)]
    private static partial Regex Quantized();
}
