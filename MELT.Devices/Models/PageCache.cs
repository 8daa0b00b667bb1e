using System.Runtime.InteropServices;

namespace MELT.Devices.Models;

/// <summary>Whether a file lies in the page cache. <see cref="Resident"/> is the share that does, null where the system does not say.</summary>
public sealed partial record PageCache(string State, double? Resident)
{
    private const double NearlyAll = 0.99, NearlyNothing = 0.05;
    private const int Read = 1, Shared = 1, WriteAccess = 2;

    private static PageCache Unknown { get; } = new("unknown", null);

    /// <summary>Asks the kernel by mincore, which tells the truth only to those who may write the file; neither nearly all nor nearly nothing counts as unknown.</summary>
    public static unsafe PageCache Of(string path)
    {
        if (!OperatingSystem.IsLinux() || CanAccess(path, WriteAccess) != 0) { return Unknown; }
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        if (length == 0) { return Unknown; }
        var map = Map(0, (nuint)length, Read, Shared, (int)file.DangerousGetHandle(), 0);
        if (map == -1) { return Unknown; }
        try
        {
            var pages = new byte[(length + Environment.SystemPageSize - 1) / Environment.SystemPageSize];
            fixed (byte* first = pages)
            {
                if (InCore(map, (nuint)length, first) != 0) { return Unknown; }
            }
            var resident = pages.Count(p => (p & 1) != 0) / (double)pages.Length;
            return new(resident switch { >= NearlyAll => "warm", <= NearlyNothing => "cold", _ => "unknown" }, resident);
        }
        finally
        {
            _ = Unmap(map, (nuint)length);
        }
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CanAccess(string path, int mode);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "mincore")]
    private static unsafe partial int InCore(nint address, nuint length, byte* pages);
}
