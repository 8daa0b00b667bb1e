using System.Runtime.InteropServices;

namespace MELT.Devices.Inference.LlamaCpp.Native;

/// <summary>Contexts: evaluation, memory, counters, threads.</summary>
internal static unsafe partial class LlamaNative
{
    [LibraryImport(Libraries.Llama, EntryPoint = "llama_context_default_params")]
    public static partial ContextParameters ContextDefaults();

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_init_from_model")]
    public static partial nint NewContext(nint model, ContextParameters parameters);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_n_ctx")]
    public static partial uint ContextTokens(nint context);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_n_batch")]
    public static partial uint BatchTokens(nint context);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_n_ubatch")]
    public static partial uint MicroBatchTokens(nint context);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_n_threads")]
    public static partial int Threads(nint context);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_n_threads_batch")]
    public static partial int BatchThreads(nint context);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_attach_threadpool")]
    public static partial void AttachThreads(nint context, nint pool, nint batchPool);

    [LibraryImport(Libraries.GgmlBase, EntryPoint = "ggml_threadpool_params_init")]
    public static partial void InitThreadPool(byte* parameters, int threads);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_get_memory")]
    public static partial nint Memory(nint context);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_memory_clear")]
    public static partial void ClearMemory(nint memory, [MarshalAs(UnmanagedType.U1)] bool data);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_decode")]
    public static partial int Decode(nint context, Batch batch);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_synchronize")]
    public static partial void Synchronize(nint context);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_perf_context")]
    public static partial PerformanceData Performance(nint context);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_perf_context_reset")]
    public static partial void ResetPerformance(nint context);
}
