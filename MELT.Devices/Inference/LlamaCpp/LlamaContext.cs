using System.Runtime.InteropServices;
using MELT.Devices.Inference.LlamaCpp.Native;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>A context: what has been evaluated so far, the threads that evaluate, and llama.cpp's own counters.</summary>
internal sealed unsafe class LlamaContext : IDisposable
{
    private readonly LlamaThreads? _threads;

    private LlamaContext(nint handle, OperatorTimer? operators)
    {
        (Handle, Operators) = (handle, operators);
        _threads = LlamaThreads.TryAttach(handle, LlamaNative.Threads(handle), known: operators is not null);
        operators?.Watch(ProcessorTime.Of(Threads, _threads?.Workers ?? []));
        Size = (int)LlamaNative.ContextTokens(handle);
        BatchTokens = (int)LlamaNative.BatchTokens(handle);
    }

    public nint Handle { get; private set; }
    public int Size { get; }
    public int BatchTokens { get; }
    public int MicroBatchTokens => (int)LlamaNative.MicroBatchTokens(Handle);
    public int Threads => LlamaNative.Threads(Handle);
    public int BatchThreads => LlamaNative.BatchThreads(Handle);
    public bool HasThreadPool => _threads is not null;
    /// <summary>Null where operators are not timed.</summary>
    public OperatorTimer? Operators { get; }

    /// <summary>Null when llama.cpp cannot make one; its log says why.</summary>
    /// <param name="operators">Times every operator until the context is disposed, and is disposed with it.</param>
    public static LlamaContext? TryCreate(LlamaModel model, ContextParameters parameters, OperatorTimer? operators)
    {
        if (operators is not null) { (parameters.EvaluationCallback, parameters.EvaluationState) = operators.Hook; }
        if (LlamaNative.NewContext(model.Handle, parameters) is var handle and not 0) { return new(handle, operators); }
        operators?.Dispose();
        return null;
    }

    /// <summary>Evaluates tokens after those already there, and waits until that is done. Zero when it went well.</summary>
    public int Evaluate(ReadOnlySpan<int> tokens)
    {
        fixed (int* first = &MemoryMarshal.GetReference(tokens))
        {
            Operators?.Begin();
            var result = LlamaNative.Decode(Handle, new Batch { Count = tokens.Length, Tokens = first });
            LlamaNative.Synchronize(Handle);
            if (result == 0) { Operators?.End(tokens.Length); }
            return result;
        }
    }

    /// <summary>Has .NET compile what evaluates, which would otherwise fall into the first interval, by an evaluation of nothing that llama.cpp refuses.</summary>
    public void Warm()
    {
        ReadOnlySpan<int> token = [0];
        NativeLog.Muted = true;
        Evaluate(token[..0]);
        NativeLog.Muted = false;
    }

    /// <summary>Forgets what was evaluated.</summary>
    public void Clear() => LlamaNative.ClearMemory(LlamaNative.Memory(Handle), data: false);

    /// <summary>
    /// The time and tokens llama.cpp counted since the last call. It books a call of one token as decode whatever it was for, so
    /// prompt and decode are told apart by when this is called; and it counts at least 1 token even when there was none.
    /// </summary>
    public (double Milliseconds, int Tokens) TakeCounters()
    {
        var data = LlamaNative.Performance(Handle);
        LlamaNative.ResetPerformance(Handle);
        return (data.PromptMilliseconds + data.DecodeMilliseconds,
            (data.PromptMilliseconds > 0 ? data.PromptTokens : 0) + (data.DecodeMilliseconds > 0 ? data.DecodeTokens : 0));
    }

    public void Dispose()
    {
        if (Handle != 0) { LlamaNative.FreeContext(Handle); }
        Handle = 0;
        _threads?.Dispose();
        Operators?.Dispose();
    }
}
