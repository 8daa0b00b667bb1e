using System.Globalization;
using System.Text.Json;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>Which program answers at an endpoint, as far as it says so, and with what settings it runs.</summary>
internal sealed record ServerIdentity(string Name, string Version, IReadOnlyDictionary<string, string> Settings, int? Vocabulary, ModelInfo? Model)
{
    public const string Llama = "llama-server", Vllm = "vllm", Mlc = "mlc-llm", Ollama = "ollama", Unknown = "openai-compatible";

    /// <summary>Asks the server who it is. Throws <see cref="ServerFailure"/> where there is none or it refuses the key.</summary>
    public static async Task<ServerIdentity> AskAsync(OpenAiConnection connection, OpenAiEndpoint endpoint, CancellationToken stop)
    {
        var models = await connection.AskAsync(endpoint.At("models"), stop);
        if (models.Status is 401 or 403) { throw new ServerFailure(ServerFailure.Refused, $"The server refuses the key: {models.Status} {models.Refusal}"); }
        var (owner, first) = FirstModel(models.Body, endpoint.Model);
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (owner == "llamacpp" || models.Server?.StartsWith("llama.cpp", StringComparison.OrdinalIgnoreCase) == true)
        {
            var props = await connection.AskAsync(endpoint.AtRoot("props"), stop);
            var build = Tell(props.Body ?? default, settings);
            return new(Llama, build ?? "unknown", settings, first?.Member("meta")?.Member("n_vocab")?.Whole(), Described(first, settings));
        }
        if (models.Server is { } server) { settings["server"] = server; }
        var (name, path) = owner switch { "vllm" => (Vllm, "version"), "library" => (Ollama, "api/version"), "MLC-LLM" => (Mlc, null), _ => (Unknown, null) };
        var version = path is null ? null : (await connection.AskAsync(endpoint.AtRoot(path), stop)).Body?.Member("version")?.Words();
        return new(name, version ?? models.Server ?? "unknown", settings, null, null);
    }

    /// <summary>The settings that llama-server tells of itself; its build.</summary>
    internal static string? Tell(JsonElement props, IDictionary<string, string> settings)
    {
        Put("n_ctx", props.Member("default_generation_settings")?.Member("n_ctx"));
        Put("total_slots", props.Member("total_slots"));
        Put("model_path", props.Member("model_path"));
        Put("model_ftype", props.Member("model_ftype"));
        Put("flash_attn", props.Member("flash_attn"));
        Put("type_k", props.Member("type_k"));
        Put("type_v", props.Member("type_v"));
        Put("build", props.Member("build_info"));
        return props.Member("build_info")?.Words();

        void Put(string key, JsonElement? value)
        {
            if (value is { ValueKind: JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } known) { settings[key] = known.ToString(); }
        }
    }

    private static (string? Owner, JsonElement? Model) FirstModel(JsonElement? body, string? wanted)
    {
        if (body?.Member("data") is not { ValueKind: JsonValueKind.Array } list) { return (null, null); }
        var models = list.EnumerateArray().ToArray();
        JsonElement? model = models.Length == 0 ? null : models.Where(m => m.Member("id")?.Words() == wanted).Append(models[0]).First();
        return (model?.Member("owned_by")?.Words(), model);
    }

    private static ModelInfo? Described(JsonElement? model, IReadOnlyDictionary<string, string> settings) => model?.Member("id")?.Words() is not { } id ? null : new()
    {
        Name = id,
        Path = settings.GetValueOrDefault("model_path"),
        Quantization = model.Value.Member("meta")?.Member("ftype")?.Words() ?? settings.GetValueOrDefault("model_ftype"),
        Parameters = Long(model.Value.Member("meta")?.Member("n_params")),
        Bytes = Long(model.Value.Member("meta")?.Member("size")),
    };

    private static long? Long(JsonElement? value) => value is { ValueKind: JsonValueKind.Number } number && long.TryParse(number.GetRawText(), NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : null;
}
