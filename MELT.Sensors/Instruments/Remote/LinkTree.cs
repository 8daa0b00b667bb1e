using System.Diagnostics.CodeAnalysis;

namespace MELT.Sensors.Instruments.Remote;

/// <summary>
/// The files of a device as they were told last: all of them once, when the device was looked through, and then those that are sampled, frame by
/// frame. Lines of several files come as <c>grep -H</c> prints them, each behind its path; only paths that were asked for are taken for paths.
/// </summary>
public sealed class LinkTree : IHostTree
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _denied = new(StringComparer.Ordinal);
    private HashSet<string>? _reads;

    public int? PageSize { get; init; }

    public bool FileExists(string path) => _texts.ContainsKey(path) || _denied.Contains(path);

    public bool FolderExists(string path) => Paths.Any(p => p.StartsWith(path + "/", StringComparison.Ordinal));

    public IReadOnlyList<string> Names(string path) =>
        [.. Paths.Where(p => p.StartsWith(path + "/", StringComparison.Ordinal)).Select(p => p[(path.Length + 1)..].Split('/', 2)[0]).Distinct()
            .OrderBy(n => n.Length).ThenBy(n => n, StringComparer.Ordinal)];

    public bool TryRead(string path, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? reason)
    {
        _reads?.Add(path);
        reason = _texts.TryGetValue(path, out text) ? null : _denied.Contains(path) ? $"/{path} is not readable by this user" : $"/{path} does not exist, or could not be read";
        return reason is null;
    }

    public void Deny(string path) => _denied.Add(path);

    /// <summary>These files are now what the lines say; one without lines is not there any more.</summary>
    public void Show(IReadOnlySet<string> paths, IEnumerable<string> lines)
    {
        foreach (var path in paths) _texts.Remove(path);
        foreach (var file in lines.Select(line => (Path: PathOf(line, paths), Line: line)).Where(l => l.Path is not null).GroupBy(l => l.Path!, StringComparer.Ordinal))
            _texts[file.Key] = string.Concat(file.Select(l => l.Line[(file.Key.Length + 1)..] + "\n"));
    }

    /// <summary>The files that were read meanwhile.</summary>
    public IReadOnlySet<string> ReadsOf(Action read)
    {
        var reads = _reads = new(StringComparer.Ordinal);
        read();
        _reads = null;
        return reads;
    }

    private IEnumerable<string> Paths => _texts.Keys.Concat(_denied);

    // A path may itself hold colons: intel-rapl:0.
    private static string? PathOf(string line, IReadOnlySet<string> paths)
    {
        for (var colon = line.IndexOf(':'); colon >= 0; colon = line.IndexOf(':', colon + 1))
            if (paths.Contains(line[..colon])) return line[..colon];
        return null;
    }
}
