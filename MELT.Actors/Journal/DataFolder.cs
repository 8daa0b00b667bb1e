using System.Globalization;

namespace MELT.Actors.Journal;

/// <summary>
/// The folder a process records into, held by one process at a time. The lock is the operating system's: it ends with the process, however that ends.
/// </summary>
public sealed class DataFolder : IRuntimeLock, IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    /// <summary>Never: what the operating system holds, it holds until the process ends.</summary>
    public Task Lost { get; } = new TaskCompletionSource().Task;

    /// <summary>Where the journal of this folder lies.</summary>
    public string Journal => JournalIn(Path);

    /// <summary>Where the journal of a folder lies, held or not.</summary>
    public static string JournalIn(string folder) => System.IO.Path.Combine(folder, "journal.db");

    /// <summary>Creates the folder where it is missing and holds it; <see cref="DataFolderException"/> says in one paragraph why not.</summary>
    public static DataFolder Hold(string folder)
    {
        var path = System.IO.Path.GetFullPath(folder);
        var file = System.IO.Path.Combine(path, "lock");
        try
        {
            Directory.CreateDirectory(path);
            // The file stays when it is released: removing it would let two processes hold two files of one name.
            var held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            try
            {
                File.WriteAllText(Names(file), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                return new(path, held);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (IOException) when (Holder(file) is { } process)
        {
            throw new DataFolderException($"The data folder {path} is in use by process {process}. Two processes must not record into one folder: wait until that one has ended, or name another folder with --data.");
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException($"The data folder {path} cannot be written: {cause.Message} Make it writable for this user, or name another folder with --data.", cause);
        }
    }

    public void Dispose() => _lock.Dispose();

    public ValueTask DisposeAsync() => _lock.DisposeAsync();

    /// <summary>A file that is held cannot be read either, so its holder is named beside it.</summary>
    private static string Names(string file) => file + ".pid";

    /// <summary>The process that holds a lock file right now; null when the file is free or absent.</summary>
    private static string? Holder(string file)
    {
        try
        {
            using (new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                return null;
        }
        catch (IOException) when (File.Exists(file))
        {
            return File.Exists(Names(file)) ? File.ReadAllText(Names(file)) : "unknown";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>The data folder cannot be used; the message is for the person who named it.</summary>
public sealed class DataFolderException(string message, Exception? inner = null) : Exception(message, inner);
