using System.Diagnostics;

namespace MELT.Host.Configuration;

/// <summary>Brings the settings of all sources together; the last to speak wins.</summary>
internal static class ConfigurationBinder
{
    private static readonly string[] Files = ["melt.conf", "simulation.conf"];

    public static Reading<MeltConfiguration> Load(ConfigurationSources sources)
    {
        List<Problem> problems = [];
        ConfigurationEntry[] entries = [.. OfFiles(sources, problems), .. OfEnvironment(sources), .. OfCommandLine(sources)];
        var configuration = new MeltConfiguration();
        foreach (var entry in entries)
        {
            var option = ConfigurationOption.All.FirstOrDefault(o => o.Matches(entry.Path));
            if (option is null && IsSection(entry.Path))
                problems.Add(new(entry.At, entry.Key, $"is a section of settings and cannot be {(ConfigurationOption.All.Where(o => o.LiesUnder(entry.Path)).All(o => o.Hidden) ? "a value" : entry.Text)} itself"));
            else if (option is null)
                problems.Add(new(entry.At, entry.Key, $"there is no such setting{Spelling.Hint(entry.Key, ConfigurationOption.All.Select(o => Filled(o, entry)))}"));
            else if (option.Bind(configuration, entry) is { } next) configuration = next;
            else problems.Add(new(entry.At, entry.Key, option.Hidden ? $"must be {option.Allowed}" : $"must be {option.Allowed}, not '{entry.Text}'"));
        }
        return problems.Count == 0 ? Reading<MeltConfiguration>.Of(configuration) : Reading<MeltConfiguration>.Refused(problems);
    }

    /// <summary>An open part of a key takes what was written, so that the rest of it decides what is near.</summary>
    private static string Filled(ConfigurationOption option, ConfigurationEntry entry) => string.Join('.', option.Key.Split('.').Select((part, i) => part == "*" ? entry.Path[Math.Min(i, entry.Path.Count - 1)] : part));

    private static IEnumerable<ConfigurationEntry> OfCommandLine(ConfigurationSources sources) =>
        sources.CommandLine.Select(s => new ConfigurationEntry(s.Key.Split('.'), s.Value, new SourcePosition("command line")));

    private static IEnumerable<ConfigurationEntry> OfEnvironment(ConfigurationSources sources) =>
        from option in ConfigurationOption.All
        where option.Variable is not null
        let text = sources.Environment(option.Variable!)
        where !string.IsNullOrEmpty(text)
        select new ConfigurationEntry(option.Key.Split('.'), text, new SourcePosition($"environment {option.Variable}"));

    private static List<ConfigurationEntry> OfFiles(ConfigurationSources sources, List<Problem> problems)
    {
        var asked = sources.Folder ?? (sources.Environment("MELT_CONFIG") is { Length: > 0 } named ? named : null);
        var folder = asked ?? Path.Combine(sources.ProgramFolder, "hocon");
        if (asked is not null && !Directory.Exists(asked))
        {
            problems.Add(new(new(asked), "", "there is no such folder for the configuration"));
            return [];
        }
        List<(string Source, string Text)> texts = [];
        foreach (var path in Files.Select(file => Path.Combine(folder, file)).Where(Path.Exists))
        {
            var text = SourceText.Read(path, path);
            if (text.Value is { } value) texts.Add((path, value));
            problems.AddRange(text.Problems);
        }
        try
        {
            return [.. Leaves(HoconReader.Read(texts, sources.Environment), [])];
        }
        catch (HoconException e)
        {
            problems.Add(new(e.At, "", e.Text));
            return [];
        }
    }

    private static bool IsSection(IReadOnlyList<string> path) => ConfigurationOption.All.Any(o => o.LiesUnder(path));

    private static IEnumerable<ConfigurationEntry> Leaves(HoconValue value, IReadOnlyList<string> path) => value switch
    {
        HoconObject { Fields.Count: 0 } o when !IsSection(path) || ConfigurationOption.All.Any(option => option.Matches(path)) => [new(path, "{}", o.At)],
        HoconObject o => o.Fields.SelectMany(field => Leaves(field.Value, [.. path, field.Key])),
        HoconText text => [new(path, text.Text, text.At)],
        HoconNull when ConfigurationOption.All.Any(o => o.Matches(path)) => [], // the default
        HoconNull none => [new(path, "null", none.At)],
        HoconArray array => [new(path, "an array", array.At) { Items = array.Items.All(i => i is HoconText) ? [.. array.Items.Cast<HoconText>().Select(t => t.Text)] : null }],
        _ => throw new UnreachableException(),
    };
}
