using System.Globalization;

namespace MELT.Devices.Inference.LlamaCpp.Native;

/// <summary>Reads the library's default parameters back and says whether its structures lie as ours do.</summary>
internal static class LlamaLayout
{
    /// <summary>Null when everything is where it is expected, otherwise the first field that is not.</summary>
    public static string? Mismatch()
    {
        var model = LlamaNative.ModelDefaults();
        var context = LlamaNative.ContextDefaults();
        var quantize = LlamaNative.QuantizeDefaults();
        return First(
            ("model.n_gpu_layers", model.GpuLayers, -1), ("model.split_mode", model.SplitMode, 1), ("model.load_mode", model.LoadMode, -1),
            ("model.main_gpu", model.MainGpu, 0), ("model.progress_callback", model.ProgressCallback, 0), ("model.use_extra_bufts", model.UseExtraBuffers, 1),
            ("model.no_alloc", model.NoAllocation, 0),
            ("context.n_ctx", context.ContextTokens, 512), ("context.n_batch", context.BatchTokens, 2048), ("context.n_ubatch", context.MicroBatchTokens, 512),
            ("context.n_seq_max", context.Sequences, 1), ("context.n_threads", context.Threads, 4), ("context.flash_attn_type", context.FlashAttention, -1),
            ("context.yarn_beta_slow", (long)context.YarnBetaSlow, -1), ("context.type_k", context.KeyType, 1), ("context.type_v", context.ValueType, 1),
            ("context.offload_kqv", context.OffloadKqv, 1), ("context.no_perf", context.NoCounters, 1), ("context.swa_full", context.FullSlidingWindow, 1),
            ("context.ctx_other", context.OtherContext, 0), ("context.cb_eval", context.EvaluationCallback, 0),
            ("quantize.quantize_output_tensor", quantize.QuantizeOutput, 1), ("quantize.only_copy", quantize.OnlyCopy, 0), ("quantize.imatrix", quantize.ImportanceMatrix, 0));
    }

    private static string? First(params ReadOnlySpan<(string Field, long Found, long Expected)> fields)
    {
        foreach (var (field, found, expected) in fields)
        {
            if (found != expected) { return string.Create(CultureInfo.InvariantCulture, $"{field} reads {found}, expected {expected}"); }
        }
        return null;
    }
}
