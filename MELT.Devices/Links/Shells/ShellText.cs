namespace MELT.Devices.Links.Shells;

/// <summary>Writes words so that a POSIX shell reads exactly them.</summary>
public static class ShellText
{
    /// <summary>One word, whatever is in it. A zero character cannot be passed to any program and is refused.</summary>
    public static string Quote(string word) => word.Contains('\0', StringComparison.Ordinal)
        ? throw new LinkException("An argument with a zero character in it cannot be passed to a program.")
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    public static string Quote(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));
}
