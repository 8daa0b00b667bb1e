using MELT.Devices.Inference.LlamaCpp.Native;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>Threads that live as long as the context. Without them llama.cpp starts and ends its threads at every evaluation, which its own programs do not do.</summary>
internal sealed unsafe class LlamaThreads : IDisposable
{
    /// <summary>ggml_threadpool_params of v0.5.0 takes 528 bytes; the library fills them in.</summary>
    private const int ParameterBytes = 1_024;

    private readonly delegate* unmanaged<nint, void> _free;
    private nint _pool;

    private LlamaThreads(nint pool, nint free, IReadOnlyCollection<int> workers)
    {
        (_pool, Workers) = (pool, workers);
        _free = (delegate* unmanaged<nint, void>)free;
    }

    /// <summary>Numbers of its threads; none unless they were to be known, and where the system does not tell.</summary>
    public IReadOnlyCollection<int> Workers { get; }

    /// <summary>Null for a single thread, which needs none, and for backends without such pools.</summary>
    public static LlamaThreads? TryAttach(nint context, int threads, bool known)
    {
        if (threads <= 1) { return null; }
        var cpu = LlamaNative.BackendByName("CPU");
        var make = cpu == 0 ? 0 : LlamaNative.BackendFunction(cpu, "ggml_threadpool_new");
        var free = cpu == 0 ? 0 : LlamaNative.BackendFunction(cpu, "ggml_threadpool_free");
        if (make == 0 || free == 0) { return null; }
        var parameters = stackalloc byte[ParameterBytes];
        new Span<byte>(parameters, ParameterBytes).Clear();
        LlamaNative.InitThreadPool(parameters, threads);
        var before = known ? ProcessorTime.Threads() : [];
        var pool = ((delegate* unmanaged<byte*, nint>)make)(parameters);
        if (pool == 0) { return null; }
        LlamaNative.AttachThreads(context, pool, pool);
        return new(pool, free, known ? [.. ProcessorTime.Threads().Except(before)] : []);
    }

    public void Dispose()
    {
        if (_pool != 0) { _free(_pool); }
        _pool = 0;
    }
}
