using System.Security.Cryptography;

namespace MELT.Devices.Links;

/// <summary>Copies a file of this machine, and reads the copy back to compare it.</summary>
internal static class FileCopy
{
    private const int Piece = 1 << 20;

    public static async Task CopyAsync(string from, string to, IProgress<long>? progress, CancellationToken stop)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(to)) is { } folder) { Directory.CreateDirectory(folder); }
            using var sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using (var source = File.OpenRead(from))
            await using (var target = File.Create(to))
            {
                var buffer = new byte[Piece];
                for (var done = 0L; await source.ReadAsync(buffer, stop) is > 0 and var read; progress?.Report(done += read))
                {
                    sent.AppendData(buffer, 0, read);
                    await target.WriteAsync(buffer.AsMemory(0, read), stop);
                }
            }
            await using var copy = File.OpenRead(to);
            if (!(await SHA256.HashDataAsync(copy, stop)).AsSpan().SequenceEqual(sent.GetHashAndReset())) { throw new LinkException($"'{to}' is not what '{from}' is: the copy does not have the same SHA-256."); }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LinkException($"'{from}' cannot be copied to '{to}': {e.Message}", e);
        }
    }
}
