using System.Globalization;
using System.Text;
using MELT.Sensors.Meters;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>
/// What a back-fill reads, what its batches are called, and where the streams of its meters stood before: so that one which a crash cut off is done again
/// with the same files and the same names, and what it had stored already is known.
/// </summary>
internal sealed class BackfillMarker
{
    private const string Suffix = ".begun";

    private readonly string _file;
    private readonly Dictionary<string, long> _before = new(StringComparer.Ordinal);

    private BackfillMarker(string file, string id, IReadOnlyList<string> files) => (_file, Id, Files) = (file, id, files);

    /// <summary>Fresh for every back-fill, the same when it is done again.</summary>
    public string Id { get; }
    public IReadOnlyList<string> Files { get; }
    /// <summary>All is stored; only the files are left to be forgotten.</summary>
    public bool IsStored { get; private set; }

    /// <summary>The one that was cut off, or a new one over these files, on the disk when this returns.</summary>
    public static BackfillMarker Open(string folder, string group, IReadOnlyList<string> files)
    {
        var path = Path.Combine(folder, group + Suffix);
        if (File.Exists(path) && Read(path) is { } cutOff) return cutOff;
        File.Delete(path);
        var marker = new BackfillMarker(path, Guid.NewGuid().ToString("n")[..12], files);
        marker.Append([$"id\t{marker.Id}", .. files.Select(f => $"file\t{f}"), "read"]);
        return marker;
    }

    /// <summary>Null: nothing was asked of this meter yet.</summary>
    public long? Before(MeterId meter) => _before.TryGetValue(meter.ToString(), out var before) ? before : null;

    /// <summary>On the disk when it returns.</summary>
    public void Begin(MeterId meter, long position)
    {
        _before[meter.ToString()] = position;
        Append([string.Create(CultureInfo.InvariantCulture, $"meter\t{meter}\t{position}")]);
    }

    public void Stored()
    {
        IsStored = true;
        Append(["stored"]);
    }

    public void Delete() => File.Delete(_file);

    /// <summary>Null: it was cut off before it said what it reads, so nothing was stored.</summary>
    private static BackfillMarker? Read(string path)
    {
        var lines = File.ReadAllText(path).Split('\n')[..^1].Select(line => line.Split('\t')).ToArray();      // behind the last line end is a torn line, or nothing
        if (!lines.Any(l => l is ["read"]) || lines[0] is not ["id", var id]) return null;
        var marker = new BackfillMarker(path, id, [.. lines.Where(l => l is ["file", _]).Select(l => l[1])]) { IsStored = lines.Any(l => l is ["stored"]) };
        foreach (var line in lines)
            if (line is ["meter", var meter, var position]) marker._before[meter] = long.Parse(position, CultureInfo.InvariantCulture);
        return marker;
    }

    private void Append(IEnumerable<string> lines)
    {
        using var file = new FileStream(_file, FileMode.Append, FileAccess.Write);
        file.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
        file.Flush(flushToDisk: true);
    }
}
