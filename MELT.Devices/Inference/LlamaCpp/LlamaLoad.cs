using System.Globalization;
using System.Runtime.InteropServices;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Inference.LlamaCpp.Native;
using MELT.Devices.Models;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>Loads a model file and makes a context for it, or says why not.</summary>
internal sealed class LlamaLoad(LlamaLibrary library, EngineCommand.Load command, EngineOutput output, CancellationToken stop)
{
    private string? _flashAttention;

    /// <summary>Null after a failure, which has then been told.</summary>
    public (LlamaModel Model, LlamaContext Context)? Run()
    {
        var path = Path.GetFullPath(command.Model);
        if (!File.Exists(path)) { return Fail("model-not-found", Directory.Exists(path) ? $"{path} is a folder, not a model file." : $"{path} does not exist."); }
        if (LlamaSettings.Refusal(command.Settings) is { } refusal) { return Fail("load-failed", refusal); }
        if (command.Settings.ProfileOperators == true && OperatorTimer.Objection() is { } objection) { return Fail("load-failed", objection); }
        var cache = PageCache.Of(path);
        output.Write(new EngineEvent.LoadBegun(output.Now));
        NativeLog.Forget();
        NativeLog.Written += Follow;
        try
        {
            if (ModelFile.TryRead(path, out var reason) is not { } file) { return Fail("load-failed", reason!); }
            if (TooLarge(file) is { } tooLarge) { return Fail("out-of-memory", tooLarge); }
            return Load(file, cache);
        }
        finally
        {
            NativeLog.Written -= Follow;
        }
    }

    private unsafe (LlamaModel, LlamaContext)? Load(ModelFile file, PageCache cache)
    {
        var parameters = LlamaSettings.Model(command.Settings);
        var state = GCHandle.Alloc(stop);
        parameters.ProgressCallback = (nint)(delegate* unmanaged<float, nint, byte>)&GoOn;
        parameters.ProgressState = GCHandle.ToIntPtr(state);
        var model = LlamaModel.TryLoad(file.Path, parameters);
        state.Free();
        if (model is null) { return Refused($"{file.Path} cannot be loaded"); }
        if (model.IsEncoder)
        {
            model.Dispose();
            return Fail("load-failed", $"{file.Path} has an encoder ({file.Architecture}); only decoder models are measured.");
        }
        var wanted = LlamaSettings.Context(command.Settings, model);
        if (LlamaContext.TryCreate(model, wanted, command.Settings.ProfileOperators == true ? new() : null) is not { } context)
        {
            model.Dispose();
            return Refused($"{file.Path} was loaded, but a context of {wanted.ContextTokens} tokens cannot be made");
        }
        context.Warm();
        var loaded = output.Now;
        var settings = Describe(model, context, wanted, parameters.LoadMode, cache);
        var info = file.ToModelInfo() with { Parameters = model.Parameters, Quantization = model.Quantization ?? file.Quantization, PageCache = cache.State, Sha256 = ModelHash.OfModest(file.Path) };
        output.Write(new EngineEvent.LoadEnded(loaded, info, settings));
        return (model, context);
    }

    private Dictionary<string, string> Describe(LlamaModel model, LlamaContext context, ContextParameters wanted, int loadMode, PageCache cache) => new()
    {
        ["library"] = $"llama.cpp {library.Version}",
        ["backend"] = library.Backend,
        ["features"] = library.Features,
        ["threads"] = Text(context.Threads),
        ["threads_batch"] = Text(context.BatchThreads),
        ["thread_pool"] = context.HasThreadPool ? "kept" : "none",
        ["n_ctx"] = Text(context.Size),
        ["n_ctx_train"] = Text(model.TrainedContext),
        ["n_batch"] = Text(context.BatchTokens),
        ["n_ubatch"] = Text(context.MicroBatchTokens),
        ["flash_attention"] = _flashAttention ?? wanted.FlashAttention switch { 0 => "off", 1 => "on", _ => "auto" },
        ["kv_type_k"] = LlamaSettings.KvTypeName(wanted.KeyType),
        ["kv_type_v"] = LlamaSettings.KvTypeName(wanted.ValueType),
        ["gpu_layers"] = command.Settings.GpuLayers is { } layers ? Text(layers) : "default",
        ["load_mode"] = LlamaSettings.LoadModeName(loadMode),
        ["profile_operators"] = context.Operators is null ? "off" : "on",
        ["page_cache_resident"] = cache.Resident?.ToString("0.###", CultureInfo.InvariantCulture) ?? "unknown",
    };

    private string? TooLarge(ModelFile file)
    {
        var available = Memory.AvailableBytes();
        return file.Bytes <= available ? null : string.Create(CultureInfo.InvariantCulture,
            $"{file.Path} has {file.Bytes / 1e9:0.0} GB of weights and {available / 1e9:0.0} GB of memory are available. Choose a smaller model or quantisation.");
    }

    /// <summary>llama.cpp says in its log whether flash attention can be had when it chooses itself.</summary>
    private void Follow(NativeLogLevel level, string text)
    {
        if (text.Contains("Flash Attention enabled", StringComparison.Ordinal) || text.Contains("enabling flash_attn", StringComparison.Ordinal)) { _flashAttention = "on"; }
        if (text.Contains("Flash Attention not supported", StringComparison.Ordinal) || text.Contains("flash_attn is not compatible", StringComparison.Ordinal)) { _flashAttention = "off"; }
    }

    private (LlamaModel, LlamaContext)? Refused(string what)
    {
        if (stop.IsCancellationRequested) { return Fail("load-failed", $"{what}: cancelled."); }
        var errors = NativeLog.LastErrors();
        var memory = errors.Contains("alloc", StringComparison.OrdinalIgnoreCase) || errors.Contains("out of memory", StringComparison.OrdinalIgnoreCase);
        return Fail(memory ? "out-of-memory" : "load-failed", errors.Length == 0 ? $"{what}." : $"{what}: {errors}");
    }

    private (LlamaModel, LlamaContext)? Fail(string code, string text)
    {
        output.Write(new EngineEvent.Failed(output.Now, null, code, text));
        return null;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    [UnmanagedCallersOnly]
    private static byte GoOn(float progress, nint state) =>
        GCHandle.FromIntPtr(state).Target is CancellationToken { IsCancellationRequested: true } ? (byte)0 : (byte)1;
}
