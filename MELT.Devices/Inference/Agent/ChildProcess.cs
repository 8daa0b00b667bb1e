using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MELT.Devices.Inference.Agent;

/// <summary>What makes a process a good child: it dies with its parent, leaves Ctrl-C to it, and keeps its standard output for events alone.</summary>
public sealed partial class ChildProcess : IDisposable
{
    /// <summary>Names the parent to a child, which cannot learn it by itself once the parent is gone.</summary>
    public const string ParentVariable = "MELT_PARENT";

    private const int SetParentDeathSignal = 1, Kill = 9, Output = 1, Error = 2;
    private readonly PosixSignalRegistration _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);

    private ChildProcess(Stream events) => Events = events;

    /// <summary>What was the standard output. Whatever else writes to standard output from now on comes out on standard error.</summary>
    public Stream Events { get; }

    /// <summary>Null when the parent died before this process could ask to die with it.</summary>
    public static ChildProcess? Begin()
    {
        if (OperatingSystem.IsLinux()) { _ = Control(SetParentDeathSignal, Kill, 0, 0, 0); }
        if (IsOrphan()) { return null; }
        // An abort must end the process at once and not first look for a debugger to draw a backtrace.
        _ = SetVariable("GGML_NO_BACKTRACE", "1", 0);
        var events = Duplicate(Output);
        if (events < 0 || Replace(Error, Output) < 0) { throw new IOException("The standard output cannot be kept for events."); }
        return new(new FileStream(new SafeFileHandle(events, ownsHandle: true), FileAccess.Write, bufferSize: 0));
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        Events.Dispose();
    }

    private static bool IsOrphan() =>
        int.TryParse(Environment.GetEnvironmentVariable(ParentVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var parent)
        && Directory.Exists("/proc/self") && !Directory.Exists($"/proc/{parent}");

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int file);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Replace(int with, int file);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
