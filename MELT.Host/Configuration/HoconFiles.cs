namespace MELT.Host.Configuration;

/// <summary>Reads a file of settings: the one shipped beside the program, over it the laboratory's own of the same name, and over it what MELT itself was asked to add.</summary>
internal static class HoconFiles
{
    /// <summary>Where files of this name may lie, the last one winning.</summary>
    public static IEnumerable<string> Places(string file, ConfigurationSources sources)
    {
        var own = sources.Folder ?? (sources.Environment("MELT_CONFIG") is { Length: > 0 } named ? named : null);
        string?[] folders = [Path.Combine(sources.ProgramFolder, "hocon"), own, sources.AddedFolder];
        return folders.OfType<string>().Select(folder => Path.GetFullPath(Path.Combine(folder, file))).Distinct();
    }

    /// <summary>What <paramref name="read"/> makes of all together; <paramref name="none"/> where there is no such file.</summary>
    public static Reading<T> Load<T>(string file, ConfigurationSources sources, T none, Func<HoconObject, Reading<T>> read) where T : class
    {
        List<(string, string)> texts = [];
        foreach (var path in Places(file, sources).Where(Path.Exists))
        {
            var text = SourceText.Read(path, path);
            if (text.Value is not { } value) return Reading<T>.Refused(text.Problems);
            texts.Add((path, value));
        }
        try
        {
            return texts.Count == 0 ? Reading<T>.Of(none) : read(HoconReader.Read(texts, sources.Environment));
        }
        catch (HoconException e)
        {
            return Reading<T>.Refused(new Problem(e.At, "", e.Text));
        }
    }
}
