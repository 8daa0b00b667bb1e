using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using MELT.Devices.Inference.LlamaCpp.Native;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>
/// The llama.cpp library of this process. It is taken from the folder named by <c>MELT_LLAMA_PATH</c>, otherwise from
/// <c>llama.cpp/</c> beside the program; its backends are loaded with it.
/// </summary>
public sealed partial class LlamaLibrary
{
    public const string PathVariable = "MELT_LLAMA_PATH";

    private static readonly Lazy<(LlamaLibrary? Library, string? Reason)> Loaded = new(Load);

    private LlamaLibrary(string folder, string version)
    {
        Folder = folder;
        Version = version;
        Features = Marshal.PtrToStringUTF8(LlamaNative.SystemInfo())?.Trim() ?? "";
        Backend = LoadedBackend(folder);
    }

    public string Folder { get; }

    /// <summary>Version and commit as the library states them.</summary>
    public string Version { get; }

    /// <summary>The processor features the library uses.</summary>
    public string Features { get; }

    /// <summary>The CPU backend that was chosen for this processor.</summary>
    public string Backend { get; }

    /// <summary>The library, loaded once per process, or why it cannot be.</summary>
    public static LlamaLibrary? TryLoad(out string? reason)
    {
        (var library, reason) = Loaded.Value;
        return library;
    }

    private static (LlamaLibrary?, string?) Load()
    {
        var named = Environment.GetEnvironmentVariable(PathVariable);
        var folder = Path.GetFullPath(string.IsNullOrEmpty(named) ? Path.Combine(AppContext.BaseDirectory, "llama.cpp") : named);
        if (!Directory.Exists(folder))
        {
            return (null, $"llama.cpp is not in {folder}: that folder does not exist. Build MELT.Host again, or set {PathVariable} to a folder with libllama*.so of v0.5.0.");
        }
        try
        {
            foreach (var name in (string[])[Libraries.GgmlBase, Libraries.Ggml, Libraries.Llama])
            {
                var file = FindLibrary(folder, name);
                if (file is null) { return (null, $"llama.cpp is not in {folder}: there is no lib{name}*.so. Set {PathVariable} to a folder that has it."); }
                Handles[name] = NativeLibrary.Load(file);
            }
            NativeLibrary.SetDllImportResolver(typeof(LlamaLibrary).Assembly, Resolve);
            if (LlamaLayout.Mismatch() is { } mismatch)
            {
                return (null, $"llama.cpp in {folder} is of another version than v0.5.0, which MELT is made for: {mismatch}.");
            }
            NativeLog.Attach();
            LlamaNative.BackendInit();
            LlamaNative.LoadBackends(folder);
            return LlamaNative.BackendCount() == 0
                ? (null, $"llama.cpp in {folder} has no backend for this processor: there is no usable libggml-cpu*.so.")
                : (new LlamaLibrary(folder, $"{Text(LlamaNative.Version())} ({Text(LlamaNative.Commit())})"), null);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return (null, $"llama.cpp in {folder} cannot be loaded: {e.Message}");
        }
    }

    private static readonly Dictionary<string, nint> Handles = [];

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => Handles.GetValueOrDefault(name);

    private static string? FindLibrary(string folder, string name) =>
        Directory.EnumerateFiles(folder, $"lib{name}.*").Where(f => LibraryName().IsMatch(Path.GetFileName(f))).Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>libllama.so, libllama.v0.5.0.so, libllama.so.0.</summary>
    [GeneratedRegex(@"^lib[a-z-]+(\.v[\d.]+)?\.(so|dylib)(\.[\d.]+)?$")]
    private static partial Regex LibraryName();

    private static string LoadedBackend(string folder)
    {
        if (!File.Exists("/proc/self/maps")) { return "cpu"; }
        var file = File.ReadLines("/proc/self/maps").FirstOrDefault(line => line.Contains(folder, StringComparison.Ordinal) && line.Contains("libggml-cpu", StringComparison.Ordinal));
        return file is null ? "cpu" : Path.GetFileNameWithoutExtension(file[(file.LastIndexOf('/') + 1)..])["libggml-".Length..];
    }

    private static string Text(nint utf8) => Marshal.PtrToStringUTF8(utf8) ?? "?";
}
