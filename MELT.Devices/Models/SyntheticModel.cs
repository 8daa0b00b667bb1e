namespace MELT.Devices.Models;

/// <summary>A model with random weights, written <c>synthetic:ARCHITECTURE:QUANT</c>: its speed, memory and energy are real, its text means nothing.</summary>
public sealed record SyntheticModel(SyntheticArchitecture Architecture, Quantization Quantization)
{
    /// <summary>Rises when the same name would yield other bytes, so that no old file passes for a new one.</summary>
    internal const uint Recipe = 1;

    private const string Prefix = "synthetic:";

    public string Spec => $"{Prefix}{Architecture.Name}:{Quantization.Name.ToLowerInvariant()}";

    public string FileName => $"synthetic-{Architecture.Name}-{Quantization.Name.ToLowerInvariant()}-r{Recipe}.gguf";

    /// <summary>About how large the file becomes.</summary>
    public long EstimatedBytes => (long)(Architecture.Parameters * Quantization.BitsPerWeight / 8) + 4_000_000;

    /// <summary>Whether the text names a synthetic model at all, well or badly.</summary>
    public static bool IsSpec(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads <c>synthetic:ARCHITECTURE[:QUANT]</c>; without a quantisation, Q8_0.</summary>
    public static SyntheticModel? TryParse(string spec, out string? reason)
    {
        reason = null;
        var parts = IsSpec(spec) ? spec[Prefix.Length..].Split(':') : [];
        if (parts is not ([_] or [_, _]))
        {
            reason = $"{spec} is not synthetic:ARCHITECTURE:QUANT, for example synthetic:tiny:q8_0.";
            return null;
        }
        var architecture = SyntheticArchitecture.All.FirstOrDefault(a => a.Name.Equals(parts[0], StringComparison.OrdinalIgnoreCase));
        if (architecture is null)
        {
            reason = $"{spec}: there is no architecture '{parts[0]}'. There are {string.Join(", ", SyntheticArchitecture.All.Select(a => a.Name))}.";
            return null;
        }
        var quantization = Quantization.Named(parts.ElementAtOrDefault(1) ?? "q8_0");
        if (quantization is null)
        {
            reason = $"{spec}: there is no quantisation '{parts[1]}'. There are {string.Join(", ", Quantization.All.Select(q => q.Name.ToLowerInvariant()))}.";
            return null;
        }
        return new(architecture, quantization);
    }
}
