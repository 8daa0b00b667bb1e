using System.Runtime.InteropServices;

namespace MELT.Devices.Inference.LlamaCpp.Native;

/// <summary>Names the three libraries; <see cref="LlamaLibrary"/> resolves them to files.</summary>
internal static class Libraries
{
    public const string Llama = "llama";
    public const string Ggml = "ggml";
    public const string GgmlBase = "ggml-base";
}

/// <summary>The library itself: backends, version, log.</summary>
internal static unsafe partial class LlamaNative
{
    [LibraryImport(Libraries.Llama, EntryPoint = "llama_version")]
    public static partial nint Version();

    [LibraryImport(Libraries.GgmlBase, EntryPoint = "ggml_commit")]
    public static partial nint Commit();

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_print_system_info")]
    public static partial nint SystemInfo();

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_backend_init")]
    public static partial void BackendInit();

    [LibraryImport(Libraries.Ggml, EntryPoint = "ggml_backend_load_all_from_path", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void LoadBackends(string folder);

    [LibraryImport(Libraries.Ggml, EntryPoint = "ggml_backend_reg_count")]
    public static partial nuint BackendCount();

    [LibraryImport(Libraries.Ggml, EntryPoint = "ggml_backend_reg_by_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint BackendByName(string name);

    [LibraryImport(Libraries.GgmlBase, EntryPoint = "ggml_backend_reg_get_proc_address", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint BackendFunction(nint backend, string name);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_log_set")]
    public static partial void SetLog(delegate* unmanaged<int, byte*, nint, void> callback, nint state);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_time_us")]
    public static partial long Microseconds();
}
