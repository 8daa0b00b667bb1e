namespace MELT.Host.Tests.EndToEnd;

/// <summary>Where the program under test was built.</summary>
internal static class Repository
{
    public static string Folder { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>Release or Debug, as these tests were built.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string Find(DirectoryInfo? from) => from switch
    {
        null => throw new DirectoryNotFoundException("no MELT.sln above these tests"),
        _ when File.Exists(Path.Combine(from.FullName, "MELT.sln")) => from.FullName,
        _ => Find(from.Parent),
    };
}
