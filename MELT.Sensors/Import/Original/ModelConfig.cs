using System.Collections.Immutable;

namespace MELT.Sensors.Import.Original;

/// <summary>
/// A model's configuration: two levels of <c>key: value</c>, comments, and texts in double quotes. What is written there is read and nothing more of YAML.
/// </summary>
internal sealed record ModelConfig(string Model, ImmutableSortedDictionary<string, string> Settings)
{
    /// <summary>Null when the file is no such configuration.</summary>
    public static ModelConfig? Read(ImportLog log, RecordFile file)
    {
        var (lines, section, settings) = (file.Lines(), "", ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal));
        if (!lines.Any(l => l.Text.StartsWith("model:", StringComparison.Ordinal))) return null;
        foreach (var line in lines)
        {
            if (line.Text.Length == 0 || line.Text == "---" || line.Text.TrimStart()[0] == '#') continue;
            var colon = line.Text.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1)
            {
                log.Reject(line.Is("\"key: value\""));
                continue;
            }
            var (inner, key, value) = (line.Text[0] == ' ', line.Text[..colon].Trim(), Value(line.Text[(colon + 1)..].Trim()));
            if (!inner) section = value.Length == 0 ? key + "." : "";
            if (value.Length > 0) settings[inner ? section + key : key] = value;
        }
        log.Took(file.Path, "settings of a model", settings.Count);
        return settings.TryGetValue("model", out var model) ? new(model, settings.ToImmutable().Remove("model")) : null;
    }

    /// <summary>True of a model whose name ends in this one's: <c>org_name-quantisation</c> begins with <c>org_</c>.</summary>
    public bool IsOf(string modelName) => modelName.Contains(Model, StringComparison.OrdinalIgnoreCase);

    private static string Value(string text)
    {
        if (text.Length == 0 || text[0] == '#') return "";
        if (text[0] is not '"') return text.IndexOf(" #", StringComparison.Ordinal) is >= 0 and var comment ? text[..comment].TrimEnd() : text;
        var value = new System.Text.StringBuilder();
        for (var i = 1; i < text.Length && text[i] != '"'; i++)
            if (text[i] == '\\' && i + 1 < text.Length) value.Append(text[++i] switch { 'n' => '\n', 't' => '\t', var other => other });
            else value.Append(text[i]);
        return value.ToString();
    }
}
