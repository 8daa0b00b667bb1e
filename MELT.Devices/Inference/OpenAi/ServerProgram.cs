using System.Globalization;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>
/// A server program and how it is called. In an argument, <c>{model}</c> <c>{host}</c> <c>{port}</c> <c>{threads}</c> <c>{context}</c> <c>{batch}</c>
/// <c>{gpu_layers}</c> <c>{kv_type}</c> stand for what is asked for; an argument for a setting nobody asked for is left out, and the option
/// before it too. The argument <c>{settings}</c> becomes all settings in llama.cpp's spelling, as the program's own help knows them.
/// </summary>
public sealed record ServerProgram(string Executable, IReadOnlyList<string> Arguments)
{
    public const string Host = "127.0.0.1", AllSettings = "{settings}";

    /// <summary>The path of the server that answers with success once it is ready.</summary>
    public string HealthPath { get; init; } = "health";

    /// <summary>The port on the device; null: one that is free on this machine, which mostly is free there too.</summary>
    public int? Port { get; init; }

    /// <summary>How long loading may take.</summary>
    public TimeSpan LoadLimit { get; init; } = TimeSpan.FromMinutes(10);

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the program is one of llama.cpp's, whose help and version are asked for.</summary>
    public bool IsLlama => Arguments.Contains(AllSettings);

    /// <summary>llama.cpp's server; more arguments come last and win.</summary>
    public static ServerProgram Llama(string executable = "llama-server", params IReadOnlyList<string> more) =>
        new(executable, ["-m", "{model}", "--host", "{host}", "--port", "{port}", AllSettings, .. more]);

    /// <summary>MLC-LLM's server; it takes its settings at compile time.</summary>
    public static ServerProgram Mlc(string executable = "mlc_llm", params IReadOnlyList<string> more) =>
        new(executable, ["serve", "{model}", "--host", "{host}", "--port", "{port}", .. more]) { HealthPath = "v1/models" };

    /// <summary>The arguments of one start.</summary>
    public IReadOnlyList<string> Fill(string model, int port, EngineSettings settings, IReadOnlyList<string> all)
    {
        var values = new Dictionary<string, string?>
        {
            ["{model}"] = model,
            ["{host}"] = Host,
            ["{port}"] = Number(port),
            ["{threads}"] = Number(settings.Threads),
            ["{context}"] = Number(settings.ContextTokens),
            ["{batch}"] = Number(settings.BatchTokens),
            ["{gpu_layers}"] = Number(settings.GpuLayers),
            ["{kv_type}"] = settings.KvType,
        };
        var filled = new List<string>();
        foreach (var argument in Arguments)
        {
            if (argument == AllSettings) { filled.AddRange(all); }
            else if (values.Any(v => v.Value is null && argument.Contains(v.Key, StringComparison.Ordinal)))
            {
                if (argument.StartsWith('{') && filled is [.., ['-', ..]]) { filled.RemoveAt(filled.Count - 1); }
            }
            else { filled.Add(values.Aggregate(argument, (text, v) => text.Replace(v.Key, v.Value, StringComparison.Ordinal))); }
        }
        return filled;
    }

    private static string? Number(int? value) => value?.ToString(CultureInfo.InvariantCulture);
}
