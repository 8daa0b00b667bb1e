using System.Text.Json.Serialization;
using MELT.Devices.Time;

namespace MELT.Devices.Inference;

/// <summary>
/// What an engine tells of itself: one JSON object per line on its standard output, or per message on
/// <c>melt/v1/{device}/agent/event</c>. Stamps are in the clock domain named by <see cref="Ready"/>.
/// The instants of a request are those of docs/metrics.md: s, a, b, e₁…e_m.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Ready), "ready")]
[JsonDerivedType(typeof(LoadBegun), "load-begun")]
[JsonDerivedType(typeof(LoadEnded), "load-ended")]
[JsonDerivedType(typeof(RequestBegun), "request-begun")]
[JsonDerivedType(typeof(PromptBegun), "prompt-begun")]
[JsonDerivedType(typeof(PromptEnded), "prompt-ended")]
[JsonDerivedType(typeof(Emitted), "emitted")]
[JsonDerivedType(typeof(Finished), "finished")]
[JsonDerivedType(typeof(Marked), "marked")]
[JsonDerivedType(typeof(Exercised), "exercised")]
[JsonDerivedType(typeof(Probed), "probed")]
[JsonDerivedType(typeof(OperatorsProfiled), "operators-profiled")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(Exited), "exited")]
public abstract record EngineEvent(Stamp At)
{
    /// <summary>The engine answers: who it is, its process (null where it has none here) and the clock it stamps with.</summary>
    public sealed record Ready(Stamp At, string Engine, string Version, int? ProcessId, EngineClock Clock) : EngineEvent(At);
    public sealed record LoadBegun(Stamp At) : EngineEvent(At);
    public sealed record LoadEnded(Stamp At, ModelInfo Model, IReadOnlyDictionary<string, string> Settings) : EngineEvent(At);
    /// <summary>s: the prompt was handed over. <see cref="ConnectMilliseconds"/>: what connecting to the server took before, where the request had to.</summary>
    public sealed record RequestBegun(Stamp At, int Request, double? ConnectMilliseconds = null) : EngineEvent(At);
    /// <summary>a: prompt evaluation began.</summary>
    public sealed record PromptBegun(Stamp At, int Request) : EngineEvent(At);
    /// <summary>b: prompt evaluation ended. <see cref="Evaluated"/> ≤ <see cref="Prompt"/>; the rest came from a cache.</summary>
    public sealed record PromptEnded(Stamp At, int Request, int Prompt, int Evaluated) : EngineEvent(At);
    /// <summary>e_i: <see cref="Tokens"/> ≥ 1 tokens became visible. The evaluation call that made them ran from <see cref="EvaluationBegun"/> to <see cref="EvaluationEnded"/> (null: not known, or the prompt evaluation).</summary>
    public sealed record Emitted(Stamp At, int Request, int Tokens, string? Text, Stamp? EvaluationBegun = null, Stamp? EvaluationEnded = null, bool Reasoning = false) : EngineEvent(At);
    /// <summary>Stop reasons: length, end, stop, cancelled, failed.</summary>
    public sealed record Finished(Stamp At, int Request, string Stop, RequestTokens Tokens, EngineCounters? Counters) : EngineEvent(At);
    /// <summary>The engine's process opened a phase of its own (<c>MELT_MARK name</c>).</summary>
    public sealed record Marked(Stamp At, string Name) : EngineEvent(At);
    /// <summary>An exercise is over. <see cref="Edges"/>: when load began, ended, began again …, as it happened; it begins and ends with rest.</summary>
    public sealed record Exercised(Stamp At, IReadOnlyList<Stamp> Edges) : EngineEvent(At);
    /// <summary>What the engine's clock said when it read the probe of this number.</summary>
    public sealed record Probed(Stamp At, long Id) : EngineEvent(At);
    /// <summary>What the operators of one phase (prefill, decode, other) took, added up by operator, module and device. <see cref="Request"/>: null where nobody told whose they were.</summary>
    public sealed record OperatorsProfiled(Stamp At, int? Request, string Phase, IReadOnlyList<ProfiledGraph> Graphs, IReadOnlyList<ProfiledOperator> Operators) : EngineEvent(At);
    /// <summary>Something went wrong that the engine survived or could still report: model-not-found, load-failed, out-of-memory, evaluation-failed, protocol; of a server: server-unreachable, server-error, server-stalled, stream-cut.</summary>
    public sealed record Failed(Stamp At, int? Request, string Code, string Text) : EngineEvent(At);
    /// <summary>The process is gone; stamped by the parent. <see cref="Signal"/> names the signal that killed it.</summary>
    public sealed record Exited(Stamp At, int? ExitCode, string? Signal, string? LastWords) : EngineEvent(At);
}

/// <summary>The clock an engine stamps with. Lateness: an observation lies in [stamp − L, stamp], L measured at start-up.</summary>
public sealed record EngineClock(string Domain, double ResolutionNanoseconds, double LatenessNanoseconds);

/// <summary>Tokens of one request: in the prompt, evaluated of it, generated (stop token included if sampled). Nothing generated although something was emitted: nobody counted.</summary>
public sealed record RequestTokens(int Prompt, int Evaluated, int Generated);

/// <summary>The engine's own counters of one request, milliseconds and calls (llama_perf_context_data).</summary>
public sealed record EngineCounters(double PromptMilliseconds, int PromptTokens, double DecodeMilliseconds, int DecodeTokens);

/// <summary>One evaluation whose operators were timed. Added: the sum the engine itself gives for its operators, where it gives one.</summary>
public sealed record ProfiledGraph(int Index, long WallNanoseconds, int? Tokens = null, long? AddedNanoseconds = null);

/// <summary>What an operator took in all graphs of a profile: time that passed, and processor time of all threads together where it was told. Module: the layer or function it belongs to.</summary>
public sealed record ProfiledOperator(string Operator, string? Module, string? Device, long Calls, long WallNanoseconds, long? CpuNanoseconds = null);

/// <summary>What was loaded. <see cref="Synthetic"/>: random weights, the text means nothing.</summary>
public sealed record ModelInfo
{
    public required string Name { get; init; }
    public string? Path { get; init; }
    public string? Sha256 { get; init; }
    public string? Architecture { get; init; }
    public string? Quantization { get; init; }
    public long? Parameters { get; init; }
    public long? Bytes { get; init; }
    public bool Synthetic { get; init; }
    /// <summary>cold, warm or unknown: whether the file lay in the page cache when loading began.</summary>
    public string PageCache { get; init; } = "unknown";
}
