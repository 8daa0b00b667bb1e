using System.Text.Json.Serialization;
using MELT.Devices.Time;

namespace MELT.Devices.Inference;

/// <summary>
/// What MELT asks of an engine: one JSON object per line on its standard input, or per message on
/// <c>melt/v1/{device}/agent/command</c>. The same for a local child, adb, ssh and MQTT agents.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Hello), "hello")]
[JsonDerivedType(typeof(Load), "load")]
[JsonDerivedType(typeof(Request), "request")]
[JsonDerivedType(typeof(Exercise), "exercise")]
[JsonDerivedType(typeof(Probe), "probe")]
[JsonDerivedType(typeof(Cancel), "cancel")]
[JsonDerivedType(typeof(Exit), "exit")]
public abstract record EngineCommand
{
    /// <summary>First command: protocol version (1) and the clock to stamp with (null: the agent's own).</summary>
    public sealed record Hello(int Protocol, ClockAnchor? Clock) : EngineCommand;

    /// <summary>Load a model. <see cref="Model"/> is a path on the device or what the engine calls a model.</summary>
    public sealed record Load(string Model, EngineSettings Settings) : EngineCommand;

    /// <summary>Evaluate one prompt. Exactly one of <see cref="Prompt"/> and <see cref="PromptTokens"/> (that many seeded tokens, as llama-bench does) is given.</summary>
    public sealed record Request(int Index, string? Prompt, int? PromptTokens, GenerationSettings Generation) : EngineCommand;

    /// <summary>
    /// Load the device in a known pattern, without a model: chip by chip, each this long, <c>1</c> is full load and <c>0</c> rest. A meter is
    /// checked against it, and one without a clock is found by it. Answered by <see cref="EngineEvent.Exercised"/>.
    /// </summary>
    /// <param name="Threads">How many threads compute; null: one per processor.</param>
    public sealed record Exercise(string Chips, double ChipSeconds, int? Threads = null) : EngineCommand;

    /// <summary>Say what your clock says, at once, whatever runs. Answered by <see cref="EngineEvent.Probed"/>.</summary>
    public sealed record Probe(long Id) : EngineCommand;

    /// <summary>Stop the running request after the current evaluation; it finishes with stop reason <c>cancelled</c>.</summary>
    public sealed record Cancel : EngineCommand;

    /// <summary>Unload and leave.</summary>
    public sealed record Exit : EngineCommand;
}

/// <summary>How a model is loaded. Null means the engine's default; the effective values come back in <see cref="EngineEvent.LoadEnded"/>.</summary>
public sealed record EngineSettings
{
    public int? Threads { get; init; }
    public int? ContextTokens { get; init; }
    public int? BatchTokens { get; init; }
    public int? GpuLayers { get; init; }
    public bool? FlashAttention { get; init; }
    public string? KvType { get; init; }
    public bool? Mmap { get; init; }
    public bool? Mlock { get; init; }
    /// <summary>Time every operator of every evaluation and tell of them (<see cref="EngineEvent.OperatorsProfiled"/>). It slows the engine down.</summary>
    public bool? ProfileOperators { get; init; }
}

/// <summary>How tokens are chosen and when a request ends.</summary>
public sealed record GenerationSettings
{
    public int MaxTokens { get; init; } = 128;
    /// <summary>Fixed length: end-of-sequence tokens are generated and counted but do not end the request.</summary>
    public bool IgnoreEndOfSequence { get; init; }
    public float Temperature { get; init; }
    public int TopK { get; init; } = 40;
    public float TopP { get; init; } = 0.95f;
    public uint Seed { get; init; } = 1;
    public IReadOnlyList<string> Stop { get; init; } = [];
}
