using System.Globalization;
using System.Runtime.InteropServices;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>
/// The processor time of the threads that evaluate: the one that asks, and its workers. It is read from the clock of each thread, since
/// Linux brings the clock of a process up to date at ticks only, and then charges an operator with what others did before it.
/// </summary>
internal sealed partial class ProcessorTime
{
    private const int OfThisThread = 3; // CLOCK_THREAD_CPUTIME_ID

    private const string Tasks = "/proc/self/task";

    private readonly int[] _workers;

    // The clock of a thread by its number: CPUCLOCK_PERTHREAD | CPUCLOCK_SCHED.
    private ProcessorTime(IEnumerable<int> workers) => _workers = [.. workers.Select(id => (~id << 3) | 6)];

    /// <summary>Null where the system does not tell, or where it is not known which threads work.</summary>
    /// <param name="workers">Numbers of the threads that work beside the one that asks.</param>
    public static ProcessorTime? Of(int threads, IReadOnlyCollection<int> workers) => OperatingSystem.IsLinux() && workers.Count == threads - 1 ? new(workers) : null;

    /// <summary>Numbers of all threads of this process; none where the system does not tell.</summary>
    public static int[] Threads() => Directory.Exists(Tasks)
        ? [.. Directory.EnumerateDirectories(Tasks).Select(path => int.Parse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture))]
        : [];

    /// <summary>Nanoseconds of all of them together, since whenever.</summary>
    public long Nanoseconds()
    {
        var sum = Read(OfThisThread);
        foreach (var worker in _workers) { sum += Read(worker); }
        return sum;
    }

    private static long Read(int clock) => Read(clock, out var time) == 0 ? time.Seconds * 1_000_000_000L + time.Nanoseconds : 0;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Read(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds, Nanoseconds;
    }
}
