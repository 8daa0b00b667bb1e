using System.Runtime.InteropServices;
using MELT.Devices.Inference.LlamaCpp.Native;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>How serious a line of llama.cpp's log is, in its own numbers.</summary>
internal enum NativeLogLevel { None = 0, Debug = 1, Info = 2, Warning = 3, Error = 4, Continued = 5 }

/// <summary>The log of llama.cpp, which is global to the process: the last errors are kept to explain failures, and listeners see every piece.</summary>
internal static unsafe class NativeLog
{
    private const int KeptErrors = 8;
    private static readonly Lock Gate = new();
    private static readonly Queue<string> Errors = new();
    private static NativeLogLevel _level;

    /// <summary>Sees each piece of text as it comes, on whatever thread llama.cpp logs from.</summary>
    public static event Action<NativeLogLevel, string>? Written;

    /// <summary>Drops what llama.cpp says to a call that is meant to fail.</summary>
    public static bool Muted { get; set; }

    public static void Attach() => LlamaNative.SetLog(&Write, 0);

    public static void Forget()
    {
        lock (Gate) { Errors.Clear(); }
    }

    /// <summary>What went wrong since <see cref="Forget"/>, in llama.cpp's words.</summary>
    public static string LastErrors()
    {
        lock (Gate) { return string.Join("; ", Errors); }
    }

    [UnmanagedCallersOnly]
    private static void Write(int number, byte* text, nint state)
    {
        if (Muted) { return; }
        var piece = Marshal.PtrToStringUTF8((nint)text) ?? "";
        lock (Gate)
        {
            var level = (NativeLogLevel)number;
            if (level != NativeLogLevel.Continued) { _level = level; }
            if (_level == NativeLogLevel.Error && piece.Trim() is { Length: > 0 } error)
            {
                if (Errors.Count == KeptErrors) { Errors.Dequeue(); }
                Errors.Enqueue(error);
            }
            Written?.Invoke(_level, piece);
        }
    }
}
