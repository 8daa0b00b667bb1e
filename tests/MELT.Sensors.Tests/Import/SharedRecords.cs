using MELT.Sensors.Import;

namespace MELT.Sensors.Tests.Import;

/// <summary>Other people's records, which lie beside the project where somebody put them and nowhere else.</summary>
internal static class SharedRecords
{
    /// <summary>The folder of all records of one kind; skips the test when it is not there.</summary>
    public static string Folder(string kind)
    {
        for (var place = new DirectoryInfo(AppContext.BaseDirectory); place is not null; place = place.Parent)
            if (Path.Combine(place.FullName, "shared", "data") is var data && Directory.Exists(data))
                return Directory.GetDirectories(data, kind).FirstOrDefault() ?? throw new SkipException($"there is no {kind} in {data}");
        throw new SkipException("there is no ../shared/data beside the project");
    }

    public static string Record(string kind, string name) =>
        Directory.Exists(Path.Combine(Folder(kind), name)) ? Path.Combine(Folder(kind), name) : throw new SkipException($"there is no {kind}/{name}");

    public static IReadOnlyList<ImportedRecording> Read(string kind) => ImportFormats.Read(Folder(kind));

    /// <summary>A copy that a test may spoil.</summary>
    public static string Copy(string kind, string name, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(Record(kind, name))) File.WriteAllBytes(Path.Combine(to, Path.GetFileName(file)), File.ReadAllBytes(file));
        return to;
    }
}
