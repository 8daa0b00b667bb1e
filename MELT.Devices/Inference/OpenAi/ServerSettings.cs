using System.Globalization;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>The settings a server runs with, as <see cref="EngineEvent.LoadEnded"/> tells them.</summary>
internal static class ServerSettings
{
    public static SortedDictionary<string, string> Of(ServerIdentity server, OpenAiEndpoint endpoint, double? connectMilliseconds)
    {
        var settings = new SortedDictionary<string, string>(server.Settings.ToDictionary(), StringComparer.Ordinal)
        {
            ["observed_at"] = "client",
            ["endpoint"] = endpoint.Place,
            ["api"] = endpoint.Api == OpenAiApi.Chat ? "chat/completions" : "completions",
        };
        if (server.Name == ServerIdentity.Llama) { settings["cache_prompt"] = endpoint.Body.GetValueOrDefault("cache_prompt", "false"); }
        if (connectMilliseconds is { } connect) { settings["connect_ms"] = connect.ToString("F3", CultureInfo.InvariantCulture); }
        return settings;
    }

    /// <summary>The names of the settings that were asked for, which a server that runs already cannot take.</summary>
    public static string Asked(EngineSettings settings) => string.Join(' ', new (string Name, object? Value)[]
    {
        ("threads", settings.Threads), ("context", settings.ContextTokens), ("batch", settings.BatchTokens), ("gpu_layers", settings.GpuLayers),
        ("flash_attention", settings.FlashAttention), ("kv_type", settings.KvType), ("mmap", settings.Mmap), ("mlock", settings.Mlock), ("profile_operators", settings.ProfileOperators == true ? true : null),
    }.Where(s => s.Value is not null).Select(s => s.Name));
}
