using System.Diagnostics.CodeAnalysis;

namespace MELT.Sensors.Instruments;

/// <summary>
/// The host's <c>/proc</c> and <c>/sys</c> as text, under a root folder. <paramref name="read"/> replaces how a file is read.
/// </summary>
public sealed class HostTree(string root = "/", Func<string, string>? read = null) : IHostTree
{
    private readonly Func<string, string> _read = read ?? File.ReadAllText;

    public int? PageSize => Environment.SystemPageSize;

    public bool FileExists(string path) => File.Exists(Full(path));

    public bool FolderExists(string path) => Directory.Exists(Full(path));

    public IReadOnlyList<string> Names(string path)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Full(path)).Select(f => Path.GetFileName(f)!).OrderBy(n => n.Length).ThenBy(n => n, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return []; }
    }

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

    private string Full(string path) => Path.Combine(root, path);
}
