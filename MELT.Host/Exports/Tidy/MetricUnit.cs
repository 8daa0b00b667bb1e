namespace MELT.Host.Exports.Tidy;

/// <summary>The unit of a metric, which the end of its key tells.</summary>
public static class MetricUnit
{
    private static readonly (string End, string Unit)[] Units =
        [("_per_token_joules", "J/token"), ("_per_output_token_joules", "J/token"), ("_joules", "J"), ("_watts", "W"), ("_tokens_per_second", "tokens/s"), ("_seconds", "s"), ("_bytes", "B"), ("_celsius", "°C")];

    public static string? Of(string key) => Units.FirstOrDefault(u => key.EndsWith(u.End, StringComparison.Ordinal)).Unit;
}
