using System.Text.RegularExpressions;

namespace MELT.Devices.Inference.LlamaCpp.Programs;

/// <summary>Picks the effective settings out of what a llama.cpp program writes while it loads, whichever version wrote it; what it does not say is not there.</summary>
public sealed partial class LlamaLog
{
    private readonly SortedDictionary<string, string> _settings = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>build, n_ctx, n_batch, n_ubatch, n_threads, flash_attn, gpu_layers, type_k and type_v, as far as they were said.</summary>
    public IReadOnlyDictionary<string, string> Settings
    {
        get { lock (_gate) { return new Dictionary<string, string>(_settings); } }
    }

    public void Add(string line)
    {
        lock (_gate)
        {
            if (Build().Match(line) is { Success: true } build) { _settings["build"] = $"{build.Groups[1].Value} ({build.Groups[2].Value})"; }
            foreach (Match number in Value().Matches(line)) { _settings[number.Groups[1].Value] = number.Groups[2].Value; }
            if (FlashAttention().Match(line) is { Success: true } flash) { _settings["flash_attn"] = flash.Groups[1].Value switch { "0" or "disabled" => "off", "1" or "enabled" => "on", var other => other }; }
            if (Layers().Match(line) is { Success: true } layers) { _settings["gpu_layers"] = layers.Groups[1].Value; }
            if (KeyType().Match(line) is { Success: true } key) { _settings["type_k"] = key.Groups[1].Value; }
            if (ValueType().Match(line) is { Success: true } value) { _settings["type_v"] = value.Groups[1].Value; }
        }
    }

    /// <summary>The build in the answer to <c>--version</c>: <c>4202 (9f912511)</c>; null when it is not in these words.</summary>
    public static string? BuildIn(string words) => Build().Match(words) is { Success: true } build ? $"{build.Groups[1].Value} ({build.Groups[2].Value})" : null;

    // "main: build = 1307 (cb07976)", "build: 4202 (9f912511) with cc", "version: 3678 (9b2c24c0)", "version: 0.7.0 (build 11669, commit abc)"
    [GeneratedRegex(@"(?:\bbuild(?: =|:)|\bversion:(?: [\d.]+ \(build)?) (\d+)(?: \(|, commit )(\w+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Build();

    [GeneratedRegex(@"\b(n_ctx|n_batch|n_ubatch|n_threads|n_ctx_slot|n_slots)\s*= (\d+)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Value();

    [GeneratedRegex(@"\b(?:flash_attn\s*=|Flash Attention was auto, set to) (0|1|auto|enabled|disabled)\b", RegexOptions.CultureInvariant)]
    private static partial Regex FlashAttention();

    [GeneratedRegex(@"\boffloaded (\d+/\d+) layers to GPU", RegexOptions.CultureInvariant)]
    private static partial Regex Layers();

    [GeneratedRegex(@"\bK \((\w+)\):", RegexOptions.CultureInvariant)]
    private static partial Regex KeyType();

    [GeneratedRegex(@"\bV \((\w+)\):", RegexOptions.CultureInvariant)]
    private static partial Regex ValueType();
}
