using System.Collections.Immutable;

namespace MELT.Sensors.Import;

/// <summary>A file that was read: what it is and how much was found in it.</summary>
public sealed record ReadPart(string File, string What, int Items);

/// <summary>Something that was not read: the file, the place in it, what is wrong there and what was expected.</summary>
public sealed record RejectedPart(string File, string? Place, string Wrong, string Expected)
{
    public override string ToString() => $"{File}{(Place is null ? "" : $", {Place}")}: {Wrong}; expected {Expected}";
}

/// <summary>Collects what a tolerant reader read and what it left out, with paths relative to the record.</summary>
internal sealed class ImportLog(string root)
{
    private readonly List<ReadPart> _read = [];
    private readonly List<RejectedPart> _rejected = [];

    public ImmutableArray<ReadPart> Read => [.. _read];
    public ImmutableArray<RejectedPart> Rejected => [.. _rejected];

    public string Named(string path) => Path.GetRelativePath(root, path);

    public void Took(string path, string what, int items) => _read.Add(new(Named(path), what, items));

    public void Reject(ImportException wrong) => _rejected.Add(new(Named(wrong.File), wrong.Place, wrong.Wrong, wrong.Expected));

    public void Reject(RecordFile file, string? place, string wrong, string expected) => _rejected.Add(new(Named(file.Path), place, wrong, expected));

    /// <summary>The file, or null with the reason kept.</summary>
    public RecordFile? Open(string path, string expected)
    {
        try
        {
            return RecordFile.Read(path, expected);
        }
        catch (ImportException wrong)
        {
            Reject(wrong);
            return null;
        }
    }

    /// <summary>What <paramref name="read"/> makes of each line; lines it finds wrong are kept as rejected, and the others stay.</summary>
    public List<T> Lines<T>(RecordFile file, string what, IEnumerable<Line> lines, Func<Line, T?> read) where T : class
    {
        var found = new List<T>();
        foreach (var line in lines)
        {
            try
            {
                if (read(line) is { } item) found.Add(item);
            }
            catch (ImportException wrong)
            {
                Reject(wrong);
            }
        }
        Took(file.Path, what, found.Count);
        return found;
    }
}
