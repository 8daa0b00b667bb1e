using System.Runtime.InteropServices;

namespace MELT.Devices.Inference.LlamaCpp.Native;

/// <summary>The nodes of llama.cpp's graphs: what each computes, its name, and the device whose memory holds its result.</summary>
internal static unsafe partial class LlamaNative
{
    /// <summary>ggml_tensor.buffer, behind the type.</summary>
    private const int BufferOffset = 8;

    [LibraryImport(Libraries.GgmlBase, EntryPoint = "ggml_op_desc")]
    [SuppressGCTransition]
    public static partial nint OperatorName(nint tensor);

    [LibraryImport(Libraries.GgmlBase, EntryPoint = "ggml_get_name")]
    [SuppressGCTransition]
    public static partial byte* TensorName(nint tensor);

    [LibraryImport(Libraries.GgmlBase, EntryPoint = "ggml_tensor_overhead")]
    public static partial nuint TensorBytes();

    /// <summary>Where a result lies; 0 before it has a place.</summary>
    public static nint BufferOf(nint tensor) => *(nint*)(tensor + BufferOffset);

    [LibraryImport(Libraries.GgmlBase, EntryPoint = "ggml_backend_buffer_get_type")]
    [SuppressGCTransition]
    public static partial nint BufferType(nint buffer);

    [LibraryImport(Libraries.GgmlBase, EntryPoint = "ggml_backend_buft_name")]
    public static partial nint BufferTypeName(nint bufferType);

    [LibraryImport(Libraries.GgmlBase, EntryPoint = "ggml_backend_buft_get_device")]
    public static partial nint BufferDevice(nint bufferType);

    [LibraryImport(Libraries.GgmlBase, EntryPoint = "ggml_backend_dev_name")]
    public static partial nint DeviceName(nint device);
}
