using System.Diagnostics.CodeAnalysis;
using MELT.Sensors.Decoding;

namespace MELT.Sensors.Instruments;

/// <summary>
/// The host's <c>/proc</c> and <c>/sys</c> as text, under a root folder. <paramref name="read"/> replaces how a file is read.
/// </summary>
public sealed class HostTree(string root = "/", Func<string, string>? read = null)
{
    private readonly Func<string, string> _read = read ?? File.ReadAllText;

    public bool FileExists(string path) => File.Exists(Full(path));

    public bool FolderExists(string path) => Directory.Exists(Full(path));

    /// <summary>Names of what a folder holds, short names first, so that zone2 comes before zone10; empty when there is no such folder.</summary>
    public IReadOnlyList<string> Names(string path)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Full(path)).Select(f => Path.GetFileName(f)!).OrderBy(n => n.Length).ThenBy(n => n, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return []; }
    }

    /// <summary>Reads a file; when that is not possible the reason names it.</summary>
    public bool TryRead(string path, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? reason)
    {
        (text, reason) = (null, null);
        try
        {
            text = _read(Full(path));
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException) { reason = $"/{path} does not exist"; }
        catch (UnauthorizedAccessException) { reason = $"/{path} is not readable by this user"; }
        catch (IOException e) { reason = $"/{path} cannot be read: {e.Message}"; }
        return false;
    }

    /// <summary>Reads a file that holds one decimal number.</summary>
    public bool TryReadNumber(string path, out ExactDecimal number, [NotNullWhen(false)] out string? reason)
    {
        number = default;
        if (!TryRead(path, out var text, out reason)) return false;
        if (Numbers.TryParse(text.AsSpan().Trim(), out number)) return true;
        reason = $"/{path} does not hold a number";
        return false;
    }

    private string Full(string path) => Path.Combine(root, path);
}
