namespace MELT.Sensors.Agents;

/// <summary>The models that an agent may load: files below one folder, by their names there. Nothing else on the machine can be named.</summary>
public sealed class ModelShelf(string? folder)
{
    /// <summary>A folder with more than that is listed in part; all of it can be loaded.</summary>
    private const int MostListed = 200;

    private static readonly EnumerationOptions Listing = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 8 };

    private readonly string? _folder = folder is null ? null : Path.GetFullPath(folder);

    public IReadOnlyList<string> Names => _folder is null || !Directory.Exists(_folder) ? []
        : [.. Directory.EnumerateFiles(_folder, "*.gguf", Listing).Take(MostListed).Select(f => Path.GetRelativePath(_folder, f)).Order(StringComparer.Ordinal)];

    /// <summary>The full path of a model; null when there is none of this name, and why.</summary>
    public string? Find(string name, out string? reason)
    {
        if (_folder is null) return No("this agent was started without a folder of models (--models DIR)", out reason);
        if (name.Length == 0 || name.Contains('\0') || Path.IsPathRooted(name) || name.Split('/', '\\').Contains("..")) return No($"'{name}' is not a name below the agent's folder of models", out reason);
        var path = Path.GetFullPath(Path.Combine(_folder, name));
        if (!path.StartsWith(_folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(path))
            return No($"there is no model '{name}' in the agent's folder of models", out reason);
        reason = null;
        return path;
    }

    private static string? No(string why, out string? reason)
    {
        reason = why;
        return null;
    }
}
