using System.Collections.Immutable;

namespace MELT.Host.Reports;

/// <summary>How a key of docs/metrics.md reads: its label, unit and group. Main ones are in every table, the rest only where there is room.</summary>
public sealed record MetricWord(string Key, string Label, string Unit, string Group, bool Main)
{
    public const string Time = "Time", Energy = "Energy", Heat = "Memory and heat";

    /// <summary>Every key of docs/metrics.md, in its order.</summary>
    public static ImmutableArray<MetricWord> All { get; } =
    [
        new("ttft_seconds", "First token", "s", Time, true),
        new("ttft_answer_seconds", "First answer token", "s", Time, false),
        new("e2el_seconds", "Whole request", "s", Time, true),
        new("tpot_seconds", "Time per output token", "s/token", Time, true),
        new("itl_seconds", "Gap between tokens", "s", Time, true),
        new("decode_tokens_per_second", "Decode rate", "tokens/s", Time, true),
        new("prefill_tokens_per_second", "Prefill rate", "tokens/s", Time, true),
        new("engine_decode_tokens_per_second", "Decode rate, engine's count", "tokens/s", Time, false),
        new("engine_prefill_tokens_per_second", "Prefill rate, engine's count", "tokens/s", Time, false),
        new("load_seconds", "Load", "s", Time, true),
        new("energy_joules", "Energy", "J", Energy, true),
        new("net_energy_joules", "Energy, net", "J", Energy, true),
        new("load_energy_joules", "Load energy", "J", Energy, false),
        new("net_load_energy_joules", "Load energy, net", "J", Energy, false),
        new("prefill_energy_joules", "Prefill energy", "J", Energy, true),
        new("net_prefill_energy_joules", "Prefill energy, net", "J", Energy, false),
        new("decode_energy_joules", "Decode energy", "J", Energy, true),
        new("net_decode_energy_joules", "Decode energy, net", "J", Energy, false),
        new("energy_per_output_token_joules", "Energy per output token", "J/token", Energy, true),
        new("prefill_energy_per_token_joules", "Prefill energy per token", "J/token", Energy, false),
        new("decode_energy_per_token_joules", "Decode energy per token", "J/token", Energy, false),
        new("baseline_power_watts", "Baseline power", "W", Energy, true),
        new("ready_power_watts", "Ready power", "W", Energy, false),
        new("mean_power_watts", "Mean power", "W", Energy, true),
        new("peak_power_watts", "Peak power", "W", Energy, true),
        new("peak_memory_bytes", "Peak memory", "B", Heat, true),
        new("phase_memory_bytes", "Memory of the phase", "B", Heat, false),
        new("max_temperature_celsius", "Highest temperature", "°C", Heat, true),
        new("throttled_seconds", "Throttled", "s", Heat, false),
    ];

    private static readonly ImmutableDictionary<string, MetricWord> ByKey = All.ToImmutableDictionary(word => word.Key);

    private static readonly (string Ending, string Unit, string Group)[] Endings =
    [
        ("_tokens_per_second", "tokens/s", Time), ("_per_token_joules", "J/token", Energy), ("_seconds", "s", Time), ("_joules", "J", Energy),
        ("_watts", "W", Energy), ("_bytes", "B", Heat), ("_celsius", "°C", Heat), ("_volts", "V", Energy), ("_amperes", "A", Energy),
    ];

    /// <summary>The words of a key; one that docs/metrics.md does not name reads by its ending, and a zone or such after a dot is kept.</summary>
    public static MetricWord Of(string key)
    {
        if (ByKey.TryGetValue(key, out var word)) return word;
        var (stem, part) = key.Split('.', 2) is [var first, var rest] ? (first, rest) : (key, null);
        if (part is not null) return Of(stem) with { Key = key, Label = $"{Of(stem).Label}, {part}", Main = false };
        var (ending, unit, group) = Array.Find(Endings, ending => key.EndsWith(ending.Ending, StringComparison.Ordinal));
        var name = ending is null ? key : key[..^ending.Length];
        return new(key, Sentence(name.Replace('_', ' ')), unit ?? "", group ?? Time, false);
    }

    private static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
