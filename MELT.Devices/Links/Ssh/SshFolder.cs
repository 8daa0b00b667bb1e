namespace MELT.Devices.Links.Ssh;

/// <summary>A folder that only this user may enter, for the control socket.</summary>
internal static class SshFolder
{
    /// <summary>A socket's path has room for 104 characters on some systems, and ssh adds 17 of its own.</summary>
    private const int LongestPath = 80;
    private const string Short = "/tmp";

    public static string Make()
    {
        var folder = Directory.CreateTempSubdirectory("melt-").FullName;
        if (folder.Length <= LongestPath || OperatingSystem.IsWindows()) { return folder; }
        Directory.Delete(folder);
        return Directory.CreateDirectory(Path.Combine(Short, "melt-" + Path.GetRandomFileName()), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    public static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // ssh removes its socket at the same moment; an empty folder may stay.
        }
    }
}
