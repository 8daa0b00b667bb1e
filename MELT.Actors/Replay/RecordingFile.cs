using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;

namespace MELT.Actors.Replay;

/// <summary>A recording as one SQLite file that holds all that its replay reads, in the same layout as any journal.</summary>
public static class RecordingFile
{
    private static ReadOnlySpan<byte> Header => "SQLite format 3\0"u8;

    /// <summary>Whether a path is such a file, by how it begins.</summary>
    public static bool IsOne(string path)
    {
        if (!File.Exists(path)) return false;
        using var file = File.OpenRead(path);
        Span<byte> begin = stackalloc byte[Header.Length];
        return file.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false) == begin.Length && begin.SequenceEqual(Header);
    }

    /// <summary>Writes experiments, sessions and evaluations to the file, which must not be there yet; it gets its name once it is complete. Returns how many events it holds.</summary>
    public static async Task<long> WriteAsync(StoredJournal from, IReadOnlyList<Finding> findings, IReadOnlyList<string> evaluations, string path, CancellationToken stop)
    {
        if (Path.Exists(path)) throw new IOException($"{path} is there already; choose another name, or remove it.");
        var parts = await RecordingStreams.OfAsync(from, findings, evaluations, stop);
        var unfinished = path + ".part";
        File.Delete(unfinished);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            await using (var file = await SqliteJournal.OpenAsync(unfinished, MeltEvents.Serializer))
                await file.CopyAsync(RecordingStreams.RowsAsync(from, parts, stop), stop);
            File.Move(unfinished, path);
        }
        catch
        {
            foreach (var left in new[] { "", "-wal", "-shm" }) File.Delete(unfinished + left);
            throw;
        }
        return parts.Sum(p => p.Last);
    }
}
