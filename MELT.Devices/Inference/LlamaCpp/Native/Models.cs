using System.Runtime.InteropServices;

namespace MELT.Devices.Inference.LlamaCpp.Native;

/// <summary>Models: loading, describing, quantising.</summary>
internal static unsafe partial class LlamaNative
{
    [LibraryImport(Libraries.Llama, EntryPoint = "llama_model_default_params")]
    public static partial ModelParameters ModelDefaults();

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_model_load_from_file", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint LoadModel(string path, ModelParameters parameters);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_model_free")]
    public static partial void FreeModel(nint model);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_model_n_params")]
    public static partial ulong ModelParameterCount(nint model);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_model_size")]
    public static partial ulong ModelSize(nint model);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_model_n_ctx_train")]
    public static partial int TrainedContext(nint model);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_model_ftype")]
    public static partial int ModelFileType(nint model);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_model_has_encoder")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool HasEncoder(nint model);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_model_meta_val_str", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ModelMetadata(nint model, string key, byte* buffer, nuint size);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_model_quantize_default_params")]
    public static partial QuantizeParameters QuantizeDefaults();

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_model_quantize", StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint Quantize(string source, string target, in QuantizeParameters parameters);
}
