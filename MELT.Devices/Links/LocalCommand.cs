namespace MELT.Devices.Links;

/// <summary>What to start on this machine: an executable (looked for in PATH when it has no slash), its arguments and additions to its environment.</summary>
public sealed record LocalCommand(string Executable, IReadOnlyList<string> Arguments)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public override string ToString() => string.Join(' ', [Executable, .. Arguments]);

    /// <summary>The full path of the executable, or null when there is none.</summary>
    public string? Find()
    {
        if (Executable.Contains('/', StringComparison.Ordinal)) { return CanRun(Executable) ? Path.GetFullPath(Executable) : null; }
        var folders = (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, Executable)).FirstOrDefault(CanRun);
    }

    private static bool CanRun(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
