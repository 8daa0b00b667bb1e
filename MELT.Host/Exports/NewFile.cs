namespace MELT.Host.Exports;

/// <summary>A file that gets its name once it is complete: nobody ever reads half of it, and nothing is replaced unasked.</summary>
internal static class NewFile
{
    /// <param name="write">Makes the file at the path it is given.</param>
    public static async Task<long> WriteAsync(string path, bool replace, Func<string, Task> write)
    {
        if (Directory.Exists(path)) throw new IOException($"{path} is a folder; name a file.");
        if (File.Exists(path) && !replace) throw new IOException($"{path} is there already; choose another name, remove it, or say --force.");
        var unfinished = path + ".part";
        File.Delete(unfinished);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            await write(unfinished);
            File.Move(unfinished, path, overwrite: replace);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
        return new FileInfo(path).Length;
    }
}
