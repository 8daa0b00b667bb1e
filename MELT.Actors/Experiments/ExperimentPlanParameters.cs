using MELT.Devices.Inference;

namespace MELT.Actors.Experiments;

/// <summary>The values each engine setting takes in turn; an empty list leaves the setting to the engine.</summary>
public sealed record PlannedParameters
{
    public IReadOnlyList<int> Threads { get; init; } = [];
    public IReadOnlyList<int> ContextTokens { get; init; } = [];
    public IReadOnlyList<int> BatchTokens { get; init; } = [];
    public IReadOnlyList<int> GpuLayers { get; init; } = [];
    public IReadOnlyList<bool> FlashAttention { get; init; } = [];
    public IReadOnlyList<string> KvType { get; init; } = [];
    public IReadOnlyList<bool> Mmap { get; init; } = [];
    public IReadOnlyList<bool> Mlock { get; init; } = [];
    /// <summary>Null where a plan says nothing of it, so that plans have the hash they always had.</summary>
    public IReadOnlyList<bool>? ProfileOperators { get; init; }

    /// <summary>How many combinations there are.</summary>
    public long Count() => Math.Max(1L, Threads.Count) * Math.Max(1, ContextTokens.Count) * Math.Max(1, BatchTokens.Count) * Math.Max(1, GpuLayers.Count)
        * Math.Max(1, FlashAttention.Count) * Math.Max(1, KvType.Count) * Math.Max(1, Mmap.Count) * Math.Max(1, Mlock.Count)
        * Math.Max(1, ProfileOperators?.Count ?? 0);

    /// <summary>Every combination, the last setting changing fastest.</summary>
    public IEnumerable<EngineSettings> Combinations()
    {
        IEnumerable<EngineSettings> all = [new EngineSettings()];
        all = Vary(all, Threads, (settings, value) => settings with { Threads = value });
        all = Vary(all, ContextTokens, (settings, value) => settings with { ContextTokens = value });
        all = Vary(all, BatchTokens, (settings, value) => settings with { BatchTokens = value });
        all = Vary(all, GpuLayers, (settings, value) => settings with { GpuLayers = value });
        all = Vary(all, FlashAttention, (settings, value) => settings with { FlashAttention = value });
        all = Vary(all, KvType, (settings, value) => settings with { KvType = value });
        all = Vary(all, Mmap, (settings, value) => settings with { Mmap = value });
        all = Vary(all, Mlock, (settings, value) => settings with { Mlock = value });
        return Vary(all, ProfileOperators ?? [], (settings, value) => settings with { ProfileOperators = value });
    }

    private static IEnumerable<EngineSettings> Vary<T>(IEnumerable<EngineSettings> all, IReadOnlyList<T> values, Func<EngineSettings, T, EngineSettings> with) =>
        values.Count == 0 ? all : all.SelectMany(settings => values.Select(value => with(settings, value)));
}
