namespace MELT.Sensors.Import;

/// <summary>The folders in a folder, as an import walks down them.</summary>
internal static class Subfolders
{
    /// <summary>In order of their names. A link back to a folder that it lies in is passed over: everything there is found without it, and a walk would never end.</summary>
    /// <param name="closed">Told of folders that this user may not open, which are passed over too.</param>
    public static IEnumerable<string> Of(string folder, Action<string>? closed = null)
    {
        foreach (var below in Directory.GetDirectories(folder).Order(StringComparer.Ordinal))
        {
            if (LeadsBack(below)) continue;
            if (MayOpen(below)) yield return below;
            else closed?.Invoke(below);
        }
    }

    private static bool LeadsBack(string folder) =>
        new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true) is { } target
        && $"{Path.GetFullPath(folder)}{Path.DirectorySeparatorChar}".StartsWith(Path.Join(Path.GetFullPath(target.FullName), $"{Path.DirectorySeparatorChar}"), StringComparison.Ordinal);

    private static bool MayOpen(string folder)
    {
        try
        {
            _ = Directory.EnumerateFileSystemEntries(folder).Any();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
