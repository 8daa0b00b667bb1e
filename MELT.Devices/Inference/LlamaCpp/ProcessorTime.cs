using System.Runtime.InteropServices;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>The processor time of all threads of this process.</summary>
internal static partial class ProcessorTime
{
    private const int OfProcess = 2; // CLOCK_PROCESS_CPUTIME_ID

    public static bool Known { get; } = OperatingSystem.IsLinux();

    /// <summary>Nanoseconds; 0 where the system does not tell.</summary>
    public static long Nanoseconds() => Known && Read(OfProcess, out var time) == 0 ? time.Seconds * 1_000_000_000L + time.Nanoseconds : 0;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Read(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds, Nanoseconds;
    }
}
