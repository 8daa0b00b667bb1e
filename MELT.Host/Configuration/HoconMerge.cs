namespace MELT.Host.Configuration;

/// <summary>How values of one key come together: later ones over earlier ones, and values side by side.</summary>
internal static class HoconMerge
{
    /// <summary>Beyond this a text or an array is no setting but substitutions that multiply each other.</summary>
    private const int Longest = 100_000;

    /// <summary>A later value for the same key: objects merge, anything else replaces.</summary>
    public static HoconValue Over(HoconValue earlier, HoconValue later) => (earlier, later) switch
    {
        (HoconObject first, HoconObject second) => Merge(first, second),
        (_, HoconSubstitution or HoconConcatenation or HoconOverride) => new HoconOverride(later.At, earlier, later),
        (HoconSubstitution or HoconConcatenation or HoconOverride, HoconObject) => new HoconOverride(later.At, earlier, later),
        _ => later,
    };

    /// <summary>Resolved values side by side: all objects, all arrays, or text.</summary>
    public static HoconValue Concatenate(SourcePosition at, IReadOnlyList<HoconValue> parts)
    {
        var values = parts.Where(part => part is not HoconBlanks).ToArray();
        if (values is [var only]) return only;
        if (values.All(v => v is HoconObject)) return values.Aggregate(Over) with { At = at };
        if (values.All(v => v is HoconArray))
        {
            var arrays = values.Cast<HoconArray>().ToArray();
            if (arrays.Sum(a => (long)a.Items.Count) > Longest) throw new HoconException(at, $"expected at most {Longest} items");
            return new HoconArray(at, [.. arrays.SelectMany(a => a.Items)]);
        }
        if (values.FirstOrDefault(v => v is HoconObject or HoconArray) is { } odd)
            throw new HoconException(odd.At, $"expected text beside text, found {(odd is HoconArray ? "an array" : "an object")}; a ',' or a line end may be missing");

        var texts = parts.Select(TextOf).ToArray();
        return texts.Sum(t => (long)t.Length) > Longest ? throw new HoconException(at, $"expected at most {Longest} characters") : new HoconText(at, string.Concat(texts));
    }

    private static string TextOf(HoconValue value) => value switch
    {
        HoconText text => text.Text,
        HoconBlanks blanks => blanks.Text,
        _ => "null",
    };

    private static HoconObject Merge(HoconObject first, HoconObject second)
    {
        var fields = new Dictionary<string, HoconValue>(first.Fields);
        foreach (var (key, value) in second.Fields) fields[key] = fields.TryGetValue(key, out var earlier) ? Over(earlier, value) : value;
        return new(second.At, fields);
    }
}
