using MELT.Sensors.Topics;

namespace MELT.Host.Configuration;

/// <summary>
/// The laboratory's <c>sensors.conf</c> as <c>melt sensors add</c> writes it: an entry is put at its end, and what people wrote there stays as it is. The file is
/// replaced as a whole, so nobody ever reads half of it.
/// </summary>
public sealed class SensorsFile(string path)
{
    public string FullPath { get; } = Path.GetFullPath(path);

    /// <summary>Where an entry belongs: in the laboratory's own folder of configuration, where it has one, else beside its recordings.</summary>
    public static SensorsFile Of(ConfigurationSources sources)
    {
        var own = sources.Folder ?? (sources.Environment("MELT_CONFIG") is { Length: > 0 } named ? named : null);
        return new(Path.Combine(own ?? sources.AddedFolder ?? throw new ArgumentException("there is no folder to write to", nameof(sources)), SensorsReader.File));
    }

    /// <summary>Adds an entry and returns nothing, or what was wrong, and then the file is as it was.</summary>
    /// <param name="replaces">An entry of this name is there; the new one takes its place.</param>
    public async Task<IReadOnlyList<Problem>> AddAsync(SensorRule rule, bool replaces, ConfigurationSources sources)
    {
        string? before = null;
        if (File.Exists(FullPath))
        {
            if (SourceText.Read(FullPath, FullPath) is { Value: var text, Problems: var problems } && text is null) return problems;
            before = SourceText.Read(FullPath, FullPath).Value;
        }
        var after = Appended(before, rule, replaces);
        if (await TrialAsync(after, rule) is { Count: > 0 } refused) return refused;
        await WriteAsync(after);
        var read = SensorsReader.Load(sources);
        if (read.Value?.Rules.FirstOrDefault(r => r.Name == rule.Name) is { } again && Same(again, rule)) return [];
        if (before is null) File.Delete(FullPath);
        else await WriteAsync(before);
        return read.Problems.Count > 0 ? read.Problems : [new(new(FullPath), $"sensors.{rule.Name}", $"another file says something else of it: {string.Join(", ", HoconFiles.Places(SensorsReader.File, sources).Where(File.Exists))}")];
    }

    /// <summary>The text with the entry at its end, as a setting of its own.</summary>
    public static string Appended(string? text, SensorRule rule, bool replaces)
    {
        var head = text is null ? "# Written by melt sensors add; yours to change. A change takes effect while MELT runs.\n" : text.Length == 0 || text.EndsWith('\n') ? text : text + "\n";
        var before = replaces ? $"sensors.{SensorRuleWriter.Quoted(rule.Name)} = null      # what it was is replaced by what follows\n" : "";
        return $"{head}\n{before}{SensorRuleWriter.Write(rule, "sensors.")}";
    }

    /// <summary>Whether two rules say the same.</summary>
    public static bool Same(SensorRule one, SensorRule other) => one with { Channels = [] } == other with { Channels = [] } && one.Channels.SequenceEqual(other.Channels);

    /// <summary>Read by itself, before it is anybody's setting.</summary>
    private static async Task<IReadOnlyList<Problem>> TrialAsync(string text, SensorRule rule)
    {
        var folder = Directory.CreateTempSubdirectory("melt-sensors-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, SensorsReader.File), text);
            var read = SensorsReader.Load(new ConfigurationSources { ProgramFolder = folder, Environment = _ => null, AddedFolder = folder });
            if (read.Value is not { } rules) return read.Problems;
            return rules.Rules.FirstOrDefault(r => r.Name == rule.Name) is { } again && Same(again, rule) ? [] : [new(new(SensorsReader.File), $"sensors.{rule.Name}", "would be read back as something else than was asked for")];
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private async Task WriteAsync(string text)
    {
        var folder = Path.GetDirectoryName(FullPath)!;
        Directory.CreateDirectory(folder);
        var draft = Path.Combine(folder, $".{SensorsReader.File}.{Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)}.tmp");
        await using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }
        File.Move(draft, FullPath, overwrite: true);
    }
}
