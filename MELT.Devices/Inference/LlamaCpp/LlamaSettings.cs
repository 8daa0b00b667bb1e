using MELT.Devices.Inference.LlamaCpp.Native;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>Turns the settings that were asked for into llama.cpp's parameters, and what became of them into text.</summary>
internal static class LlamaSettings
{
    /// <summary>A context as long as the model was trained for can take more memory than the model; who wants it asks for it.</summary>
    private const int LargestDefaultContext = 4_096;

    private static readonly Dictionary<string, int> KvTypes = (((string Name, int Number)[])
    [
        ("f32", 0), ("f16", 1), ("q4_0", 2), ("q4_1", 3), ("q5_0", 6), ("q5_1", 7), ("q8_0", 8), ("bf16", 30),
    ]).ToDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null when everything can be had, otherwise what cannot.</summary>
    public static string? Refusal(EngineSettings settings) => settings switch
    {
        { KvType: { } type } when !KvTypes.ContainsKey(type) => $"There is no KV type '{type}'. There are {string.Join(", ", KvTypes.Keys)}.",
        { Threads: < 1 } => "Threads must be at least 1.",
        { ContextTokens: < 1 } => "The context must hold at least 1 token.",
        { BatchTokens: < 1 } => "A batch must hold at least 1 token.",
        _ => null,
    };

    public static ModelParameters Model(EngineSettings settings)
    {
        var parameters = LlamaNative.ModelDefaults();
        if (settings.GpuLayers is { } layers) { parameters.GpuLayers = layers; }
        parameters.LoadMode = (settings.Mmap, settings.Mlock) switch
        {
            (false, true) => 2,
            (false, _) => 0,
            (_, true) => 3,
            (true, _) => 1,
            _ => parameters.LoadMode,
        };
        return parameters;
    }

    public static ContextParameters Context(EngineSettings settings, LlamaModel model)
    {
        var parameters = LlamaNative.ContextDefaults();
        parameters.ContextTokens = (uint)(settings.ContextTokens ?? Math.Min(model.TrainedContext, LargestDefaultContext));
        parameters.BatchTokens = (uint)(settings.BatchTokens ?? (int)parameters.BatchTokens);
        parameters.MicroBatchTokens = Math.Min(parameters.MicroBatchTokens, parameters.BatchTokens);
        parameters.Threads = parameters.BatchThreads = settings.Threads ?? ProcessorCores.Count();
        if (settings.FlashAttention is { } flash) { parameters.FlashAttention = flash ? 1 : 0; }
        if (settings.KvType is { } type) { parameters.KeyType = parameters.ValueType = KvTypes[type]; }
        parameters.NoCounters = 0;
        return parameters;
    }

    public static string KvTypeName(int type) => KvTypes.FirstOrDefault(t => t.Value == type).Key ?? "unknown";

    public static string LoadModeName(int mode) => mode switch { 0 => "read", 1 => "mmap", 2 => "mlock", 3 => "mmap+mlock", _ => "auto" };
}
