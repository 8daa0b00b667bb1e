using MELT.Sensors.Import.Original;

namespace MELT.Sensors.Import;

/// <summary>The formats of other people's records that MELT reads. A folder is recognised by its files, never by its name.</summary>
public static class ImportFormats
{
    private static readonly IImportFormat[] All = [new MlPerfTiny(), new GpuWithMeter(), new MlPerfPower(), new MeltOriginal(), new JetsonMonitorLogs(), new OperatorLogs()];

    /// <summary>Names of the formats, as <c>--as</c> takes them.</summary>
    public static IReadOnlyList<string> Names => [.. All.Select(f => f.Name)];

    /// <summary>The format of a folder that is one record; null when it is none.</summary>
    public static string? Recognise(string folder) => Array.Find(All, f => f.Recognises(folder))?.Name;

    /// <summary>Folders below this one that are records, in order of their names, and the folder itself where it is one; files that are records beside no others. Empty when there are none.</summary>
    /// <param name="unread">Takes the folders that this user may not open, instead of throwing.</param>
    public static IReadOnlyList<string> Find(string folder, ICollection<UnreadRecord>? unread = null)
    {
        if (File.Exists(folder)) return Recognise(folder) is not null ? [folder] : [];
        if (!Directory.Exists(folder)) throw new ImportException(folder, null, "there is no such folder", "a folder with a record, or with records in folders below it");
        return Below(folder, closed =>
        {
            var why = new ImportException(closed, null, "this user may not open it", "a folder that can be read");
            if (unread is null) throw why;
            unread.Add(new("", Named(closed, folder), closed, why));
        });
    }

    private static IReadOnlyList<string> Below(string folder, Action<string> closed) => Recognise(folder) switch
    {
        null => [.. JetsonMonitorLogs.In(folder), .. Subfolders.Of(folder, closed).SelectMany(below => Below(below, closed))],
        OperatorLogs.FormatName => [folder, .. JetsonMonitorLogs.In(folder)],
        _ => [folder],
    };

    /// <summary>All sessions of the record in this folder, or of the records below it; throws <see cref="ImportException"/> when there are none or one of them is wrong.</summary>
    /// <param name="format">Read it as this format whatever it looks like; null: as its files say.</param>
    /// <param name="unread">Takes the records of tolerantly read formats in which nothing can be read, and folders that may not be opened, instead of throwing; null: they are wrong like any other.</param>
    public static IReadOnlyList<ImportedRecording> Read(string folder, string? format = null, ICollection<UnreadRecord>? unread = null)
    {
        if (format is not null)
        {
            var wanted = Array.Find(All, f => f.Name == format) ?? throw new ImportException(folder, null, $"\"{format}\" is no format", $"one of {string.Join(", ", Names)}");
            return wanted.Read(folder);
        }
        var before = unread?.Count ?? 0;
        var found = Find(folder, unread);
        if (found.Count > 0) return [.. found.SelectMany(place => Read(Array.Find(All, f => f.Recognises(place))!, place, folder, unread))];
        var closed = string.Join(", ", unread?.Skip(before).Select(u => u.Name) ?? []);
        throw new ImportException(folder, null, $"no file here or below belongs to a known format{(closed.Length > 0 ? $", as far as this user may open it (not {closed})" : "")}", string.Join("; or ", All.Select(f => f.Files)));
    }

    private static IReadOnlyList<ImportedRecording> Read(IImportFormat format, string place, string searched, ICollection<UnreadRecord>? unread)
    {
        try
        {
            return format.Read(place);
        }
        catch (ImportException why) when (format.IsTolerant && unread is not null)
        {
            unread.Add(new(format.Name, Named(place, searched), place, why));
            return [];
        }
    }

    private static string Named(string place, string searched) => place == searched ? Path.GetFileName(Path.GetFullPath(place)) : Path.GetRelativePath(searched, place);
}

/// <summary>A record in which nothing can be read, or a folder that may not be opened, and why.</summary>
/// <param name="Format">Empty for a folder that may not be opened.</param>
/// <param name="Name">Its folder, as seen from the one that was searched.</param>
public sealed record UnreadRecord(string Format, string Name, string Folder, ImportException Why);

/// <summary>Reads the records of one format.</summary>
internal interface IImportFormat
{
    string Name { get; }
    /// <summary>The files that make a record, for a person.</summary>
    string Files { get; }
    /// <summary>What is wrong in a record is listed and left out, and the rest is read.</summary>
    bool IsTolerant => false;
    bool Recognises(string folder);
    IReadOnlyList<ImportedRecording> Read(string folder);
}
