using System.Globalization;
using System.Security.Cryptography;

namespace MELT.Devices.Models;

/// <summary>The SHA-256 of a model file, computed once and kept beside it with its size and time of change.</summary>
public static class ModelHash
{
    /// <summary>Reading more than this would take seconds between loading a model and using it.</summary>
    private const long Modest = 1L << 30;

    /// <summary>The hash if it is known already or soon computed, otherwise null.</summary>
    public static string? OfModest(string path)
    {
        var file = new FileInfo(path);
        if (Known(file) is { } known) { return known; }
        if (file.Length > Modest) { return null; }
        using var stream = file.OpenRead();
        return Keep(file, SHA256.HashData(stream));
    }

    /// <summary>The hash, computed now if it is not known. It brings the file into the page cache.</summary>
    public static async Task<string> OfAsync(string path, CancellationToken stop)
    {
        var file = new FileInfo(path);
        if (Known(file) is { } known) { return known; }
        await using var stream = file.OpenRead();
        return Keep(file, await SHA256.HashDataAsync(stream, stop));
    }

    private static string? Known(FileInfo file)
    {
        try
        {
            return File.Exists(Beside(file)) && File.ReadAllText(Beside(file)).Split(' ') is [{ Length: 64 } hash, var state] && state == State(file) ? hash : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Keep(FileInfo file, byte[] hash)
    {
        var text = Convert.ToHexStringLower(hash);
        try
        {
            File.WriteAllText(Beside(file), $"{text} {State(file)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A model in a folder that is not ours is hashed each time.
        }
        return text;
    }

    private static string Beside(FileInfo file) => file.FullName + ".melt-sha256";

    private static string State(FileInfo file) => string.Create(CultureInfo.InvariantCulture, $"{file.Length}:{file.LastWriteTimeUtc.Ticks}");
}
