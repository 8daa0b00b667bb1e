using MELT.Host.Tests.EndToEnd;

namespace MELT.Host.Tests.Exports.Perfetto;

/// <summary>The schema that traces are read with: the published one where somebody put it beside the project, else the part of it that these tests keep.</summary>
internal static class TraceSchema
{
    public static ProtoSchema Subset { get; } = ProtoSchema.Parse(File.ReadAllText(Path.Combine(Repository.Folder, "tests", "MELT.Host.Tests", "Exports", "Perfetto", "trace-subset.proto")));

    /// <summary>perfetto_trace.proto, or the files it is made of, in ../shared/data/perfetto or where MELT_PERFETTO_SCHEMA says; null: it is not here.</summary>
    public static ProtoSchema? Published { get; } = Find();

    public static ProtoSchema Best => Published ?? Subset;

    private static ProtoSchema? Find()
    {
        for (var place = new DirectoryInfo(Repository.Folder); place is not null; place = place.Parent)
            if (In(Path.Combine(place.FullName, "shared", "data", "perfetto")) is { } found) return found;
        return Environment.GetEnvironmentVariable("MELT_PERFETTO_SCHEMA") is { Length: > 0 } named ? In(named) : null;
    }

    private static ProtoSchema? In(string folder)
    {
        if (!Directory.Exists(folder)) return null;
        var files = Directory.GetFiles(folder, "*.proto", SearchOption.AllDirectories);
        if (files.Length == 0) return null;
        return ProtoSchema.Parse(files.Where(f => Path.GetFileName(f) == "perfetto_trace.proto").DefaultIfEmpty("").First() is { Length: > 0 } whole ? [File.ReadAllText(whole)] : files.Select(File.ReadAllText));
    }
}
