using System.Collections.Immutable;

namespace MELT.Sensors.Analysis;

/// <summary>Every key of docs/metrics.md, in one place.</summary>
public static class MetricKeys
{
    public static readonly ImmutableArray<string> Time =
    [
        "ttft_seconds", "ttft_answer_seconds", "e2el_seconds", "tpot_seconds", "itl_seconds", "decode_tokens_per_second", "prefill_tokens_per_second",
        "engine_decode_tokens_per_second", "engine_prefill_tokens_per_second",
    ];

    /// <summary>Energy of the intervals of requests; each has a net twin.</summary>
    public static readonly ImmutableArray<string> RequestEnergy =
    [
        "energy_joules", "prefill_energy_joules", "decode_energy_joules",
        "net_energy_joules", "net_prefill_energy_joules", "net_decode_energy_joules",
        "energy_per_output_token_joules", "decode_energy_per_token_joules", "prefill_energy_per_token_joules",
        "mean_power_watts", "peak_power_watts",
    ];

    /// <summary>What each boundary answers.</summary>
    public static readonly ImmutableArray<string> Energy =
        [.. RequestEnergy, "load_energy_joules", "net_load_energy_joules", "baseline_power_watts", "ready_power_watts"];

    public static readonly ImmutableArray<string> State = ["load_seconds", "peak_memory_bytes", "phase_memory_bytes", "max_temperature_celsius", "throttled_seconds"];

    /// <summary>Keys of a session.</summary>
    public static readonly ImmutableArray<string> Session = [.. Time, .. State, .. Energy];

    /// <summary>Keys of one request.</summary>
    public static readonly ImmutableArray<string> Request = [.. Time, .. RequestEnergy];
}
