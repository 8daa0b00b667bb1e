using System.Security.Cryptography;
using MELT.Devices.Links.Shells;

namespace MELT.Devices.Links;

/// <summary>Copies a file of this machine, and reads the copy back to compare it before it gets its name.</summary>
internal static class FileCopy
{
    private const int Piece = 1 << 20;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static async Task CopyAsync(string from, string to, IProgress<long>? progress, CancellationToken stop)
    {
        var part = to + ShellFiles.Unfinished;
        try
        {
            if (Directory.Exists(to)) { throw new IOException($"'{to}' is a folder."); }
            if (Path.GetDirectoryName(Path.GetFullPath(to)) is { } folder) { Directory.CreateDirectory(folder); }
            var sent = await WriteAsync(from, part, progress, stop);
            await using (var copy = File.OpenRead(part))
            {
                if (!(await SHA256.HashDataAsync(copy, stop)).AsSpan().SequenceEqual(sent)) { throw new LinkException($"'{to}' is not what '{from}' is: the copy does not have the same SHA-256."); }
            }
            if (!OperatingSystem.IsWindows() && LocalLink.Find(Path.GetFullPath(from)) is not null) { File.SetUnixFileMode(part, File.GetUnixFileMode(part) | Executable); }
            File.Move(part, to, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LinkException($"'{from}' cannot be copied to '{to}': {e.Message}", e);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static async Task<byte[]> WriteAsync(string from, string to, IProgress<long>? progress, CancellationToken stop)
    {
        using var sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using FileStream source = File.OpenRead(from), target = File.Create(to);
        var buffer = new byte[Piece];
        for (var done = 0L; await source.ReadAsync(buffer, stop) is > 0 and var read; progress?.Report(done += read))
        {
            sent.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), stop);
        }
        return sent.GetHashAndReset();
    }
}
