namespace MELT.Host.Tests.EndToEnd;

/// <summary>Where the program under test was built.</summary>
internal static class Repository
{
    public static string Folder { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>Where a project's output lies in it, as these tests were built: bin/Release/net10.0, or bin/akka/Release/net10.0.</summary>
    public static string Output { get; } = Path.GetRelativePath(Path.Combine(Folder, "tests", "MELT.Host.Tests"), AppContext.BaseDirectory);

    private static string Find(DirectoryInfo? from) => from switch
    {
        null => throw new DirectoryNotFoundException("no MELT.sln above these tests"),
        _ when File.Exists(Path.Combine(from.FullName, "MELT.sln")) => from.FullName,
        _ => Find(from.Parent),
    };
}
