using System.Text.Json;

namespace MELT.Host.Configuration;

/// <summary>
/// Prompts of a file: one per line; or, when it ends in .json, a list of prompts, or a list of conversations each a list of prompts,
/// which are asked one after the other.
/// </summary>
public static class PromptsFile
{
    /// <summary>All prompts, or where the file is not what it should be; <paramref name="name"/> stands for the file in messages.</summary>
    public static Reading<List<string>> Read(string path, string name)
    {
        var text = SourceText.Read(path, name);
        if (text.Value is null) return Reading<List<string>>.Refused(text.Problems);
        try
        {
            return Reading<List<string>>.Of(name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? OfJson(text.Value) : OfLines(text.Value));
        }
        catch (JsonException e)
        {
            return Reading<List<string>>.Refused(e.LineNumber is { } line
                ? new Problem(new SourcePosition(name, (int)line + 1, (int)(e.BytePositionInLine ?? 0) + 1), "", "is not JSON")
                : new Problem(new SourcePosition(name), "", e.Message));
        }
    }

    private static List<string> OfLines(string text) => [.. text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Trim().Length > 0)];

    private static List<string> OfJson(string text)
    {
        using var document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Array) throw new JsonException("must be a list of prompts, or of lists of prompts");
        List<string> prompts = [];
        foreach (var (item, i) in document.RootElement.EnumerateArray().Select((item, i) => (item, i)))
        {
            IEnumerable<JsonElement> texts = item.ValueKind == JsonValueKind.Array ? item.EnumerateArray() : [item];
            foreach (var prompt in texts)
                prompts.Add(TextOf(prompt) ?? throw new JsonException($"item {i} of the list must be text or a list of texts"));
        }
        return prompts;
    }

    private static string? TextOf(JsonElement prompt)
    {
        try
        {
            return prompt.ValueKind == JsonValueKind.String ? prompt.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half of a surrogate pair: JSON can escape it, text cannot hold it
        }
    }
}
