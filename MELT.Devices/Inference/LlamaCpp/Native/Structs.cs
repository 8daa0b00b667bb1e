using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MELT.Devices.Inference.LlamaCpp.Native;

/// <summary>
/// Room behind a structure that travels by value. A library of another version may return a longer one; it must not
/// overwrite our stack before <see cref="LlamaLayout"/> has noticed.
/// </summary>
[InlineArray(16)]
internal struct SpareRoom
{
    private long _first;
}

/// <summary>llama_model_params of llama.cpp v0.5.0.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ModelParameters
{
    public nint Devices, TensorBufferOverrides;
    public int GpuLayers, SplitMode, LoadMode, LazyMode, MainGpu;
    public nint TensorSplit, ProgressCallback, ProgressState, MetadataOverrides;
    public byte VocabularyOnly, CheckTensors, UseExtraBuffers, NoHost, NoAllocation, LoadMtp;
    public SpareRoom Spare;
}

/// <summary>llama_context_params of llama.cpp v0.5.0.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ContextParameters
{
    public uint ContextTokens, BatchTokens, MicroBatchTokens, Sequences, StateSnapshots, Outputs, OutputsPerSequence;
    public int Threads, BatchThreads, ContextType, RopeScaling, Pooling, Attention, FlashAttention;
    public float RopeBase, RopeScale, YarnExtension, YarnAttention, YarnBetaFast, YarnBetaSlow;
    public uint YarnOriginalContext;
    public float DefragmentationThreshold;
    public nint EvaluationCallback, EvaluationState;
    public int KeyType, ValueType;
    public nint AbortCallback, AbortState;
    public byte Embeddings, OffloadKqv, NoCounters, OffloadOperations, FullSlidingWindow, UnifiedKv;
    public nint Samplers;
    public nuint SamplerCount;
    public nint OtherContext;
    public SpareRoom Spare;
}

/// <summary>llama_batch: one sequence whose positions the library keeps, and the logits of its last token.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Batch
{
    public int Count;
    public unsafe int* Tokens;
    public nint Embeddings, Positions, SequenceCounts, Sequences, Outputs;
}

/// <summary>llama_perf_context_data. Counts are never below 1: a count without time means none.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PerformanceData
{
    public double StartMilliseconds, LoadMilliseconds, PromptMilliseconds, DecodeMilliseconds;
    public int PromptTokens, DecodeTokens, GraphsReused;
    public SpareRoom Spare;
}

/// <summary>llama_model_quantize_params of llama.cpp v0.5.0.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct QuantizeParameters
{
    public int Threads, FileType, OutputTensorType, TokenEmbeddingType;
    public byte AllowRequantize, QuantizeOutput, OnlyCopy, Pure, KeepSplit, DryRun;
    public nint ImportanceMatrix, MetadataOverrides, TensorTypes, PruneLayers;
    public nuint MostBytes;
    public SpareRoom Spare;
}

/// <summary>llama_sampler_chain_params.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SamplerChainParameters
{
    public byte NoCounters;
}
