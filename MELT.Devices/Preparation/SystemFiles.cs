namespace MELT.Devices.Preparation;

/// <summary>A file of /sys and its first line.</summary>
internal readonly record struct SystemFile(string Path, string Value)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
    public string Folder => Path[..Path.LastIndexOf('/')];
}

/// <summary>Reads and writes the small files by which a Linux kernel is set. Paths are those of the device, without <paramref name="root"/>.</summary>
internal sealed class SystemFiles(DeviceShell shell, string root)
{
    private const string Print = """
        IFS=
        for pattern in "$@"; do
            for file in $pattern; do
                [ -f "$file" ] && [ -r "$file" ] || continue
                line=; { read -r line < "$file"; } 2>/dev/null
                printf '%s\t%s\n' "$file" "$line"
            done
        done
        """;

    /// <summary>The files that match and that the user may read, in the order of the patterns.</summary>
    public async Task<IReadOnlyList<SystemFile>> LookAsync(CancellationToken stop, params string[] patterns) =>
        Parse((await shell.AskAsync(stop, Printing(patterns))).Text);

    /// <summary>The same; as root where the user may read none of them.</summary>
    public async Task<IReadOnlyList<SystemFile>> ReadAsync(CancellationToken stop, params string[] patterns) =>
        await LookAsync(stop, patterns) is { Count: > 0 } files ? files : Parse((await shell.AskRootAsync(null, stop, Printing(patterns))).Text);

    /// <summary>Null when all was written; it stops at the first that cannot be.</summary>
    public async Task<StepRefusal?> WriteAsync(IEnumerable<SystemFile> files, CancellationToken stop)
    {
        foreach (var file in files)
        {
            if ((await shell.AskRootAsync(file.Value, stop, "tee", root + file.Path)).Refusal is { } refusal) { return refusal; }
        }
        return null;
    }

    /// <summary>One line for a journal: <c>/sys/…/policy0/scaling_governor=schedutil …</c>.</summary>
    public static string Format(IEnumerable<SystemFile> files) => string.Join(' ', files.Select(file => $"{file.Path}={file.Value}"));

    public static SystemFile[] ParseState(string state) =>
        [.. state.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)).Where(p => p.Length == 2).Select(p => new SystemFile(p[0], p[1]))];

    private string[] Printing(string[] patterns) => ["sh", "-c", Print, "sh", .. patterns.Select(p => root + p)];

    private List<SystemFile> Parse(string text) =>
        [.. text.Split('\n').Select(line => line.Split('\t', 2)).Where(p => p.Length == 2).Select(p => new SystemFile(p[0][root.Length..], p[1].Trim()))];
}
