namespace MELT.Host.Configuration;

/// <summary>Reads a file of settings: the one shipped beside the program, and over it the laboratory's own of the same name.</summary>
internal static class HoconFiles
{
    /// <summary>What <paramref name="read"/> makes of both together; <paramref name="none"/> where there is no such file.</summary>
    public static Reading<T> Load<T>(string file, ConfigurationSources sources, T none, Func<HoconObject, Reading<T>> read) where T : class
    {
        var own = sources.Folder ?? (sources.Environment("MELT_CONFIG") is { Length: > 0 } named ? named : null);
        string?[] folders = [Path.Combine(sources.ProgramFolder, "hocon"), own];
        List<(string, string)> texts = [];
        foreach (var path in folders.OfType<string>().Select(folder => Path.GetFullPath(Path.Combine(folder, file))).Distinct().Where(Path.Exists))
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
