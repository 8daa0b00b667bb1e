using System.Globalization;
using MELT.Sensors.Meters;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>Where the streams of its meters stood before a back-fill began: what is behind that may be stored already when it is done again after a crash.</summary>
internal sealed class BackfillMarker
{
    private readonly string _file;
    private readonly Dictionary<string, long> _before = new(StringComparer.Ordinal);

    private BackfillMarker(string file) => _file = file;

    public static BackfillMarker Open(string folder, string name)
    {
        var marker = new BackfillMarker(Path.Combine(folder, name + ".begun"));
        if (!File.Exists(marker._file)) return marker;
        foreach (var line in File.ReadLines(marker._file))
            if (line.Split('\t') is [var meter, var position] && long.TryParse(position, CultureInfo.InvariantCulture, out var before)) marker._before[meter] = before;
        return marker;
    }

    /// <summary>Null: nothing was asked of this meter yet.</summary>
    public long? Before(MeterId meter) => _before.TryGetValue(meter.ToString(), out var before) ? before : null;

    /// <summary>On the disk when it returns. A torn last line stands for a meter that was asked nothing yet.</summary>
    public void Begin(MeterId meter, long position)
    {
        _before[meter.ToString()] = position;
        using var file = new FileStream(_file, FileMode.Append, FileAccess.Write);
        file.Write(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{meter}\t{position}\n")));
        file.Flush(flushToDisk: true);
    }

    public void Delete() => File.Delete(_file);
}
