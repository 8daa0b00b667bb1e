namespace MELT.Tests;

/// <summary>What docs/bridges.md shows, so that tests run just that.</summary>
internal static class BridgeDocument
{
    private static readonly Lazy<string> Text = new(() => File.ReadAllText(Find(new DirectoryInfo(AppContext.BaseDirectory))));

    /// <summary>The program under the heading that names it.</summary>
    public static string Program(string name)
    {
        var behind = Text.Value[Text.Value.IndexOf($"### {name}\n", StringComparison.Ordinal)..];
        return behind.Split("```python\n")[1].Split("```")[0];
    }

    /// <summary>The bytes of the example block, row by row: hexadecimal digits up to the first bar.</summary>
    public static byte[] Block()
    {
        var rows = Text.Value.Split("<!-- block -->")[1].Split("```")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return Convert.FromHexString(string.Concat(rows.Select(row => row.Split('|')[0].Replace(" ", "", StringComparison.Ordinal))));
    }

    private static string Find(DirectoryInfo? from) => from switch
    {
        null => throw new DirectoryNotFoundException("no docs/bridges.md above these tests"),
        _ when File.Exists(Path.Combine(from.FullName, "docs", "bridges.md")) => Path.Combine(from.FullName, "docs", "bridges.md"),
        _ => Find(from.Parent),
    };
}
