using System.Text;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>
/// The templates of Home Assistant that only pick a value: <c>{{ value }}</c>, <c>{{ value_json.a.b }}</c>, <c>{{ value_json['switch:0'].apower | float }}</c>.
/// The filters float, int and round are dropped, since the exact value is kept; whatever calculates or invents a value is refused.
/// </summary>
public static class ValueTemplate
{
    private static readonly string[] Harmless = ["float", "int", "round"];

    /// <summary>The path of the value in the payload read as JSON; empty where the payload itself is the value.</summary>
    public static bool TryParse(string template, out string path, out string problem)
    {
        (path, problem) = ("", $"the template {JsonMessage.Quote(template)} is more than a path with float, int or round");
        var text = template.AsSpan().Trim();
        if (text.Length is < 5 or > 512 || !text.StartsWith("{{") || !text.EndsWith("}}")) return false;
        text = text[2..^2].Trim("- \t\r\n");
        var pipe = text.IndexOf('|');
        var filters = pipe < 0 ? default : text[(pipe + 1)..];
        if (pipe >= 0 && !AreHarmless(filters)) return false;
        text = (pipe < 0 ? text : text[..pipe]).Trim();
        if (text is "value") return true;
        const string json = "value_json";
        return text.StartsWith(json) && text.Length > json.Length && TryPath(text[json.Length..], out path);
    }

    private static bool AreHarmless(ReadOnlySpan<char> filters)
    {
        foreach (var range in filters.Split('|'))
        {
            var filter = filters[range].Trim();
            var open = filter.IndexOf('(');
            var name = open < 0 ? filter : filter[..open].TrimEnd();
            if (open >= 0 && (filter[^1] != ')' || filter[(open + 1)..^1].IndexOfAny("()+*/{}") >= 0)) return false;
            if (!Harmless.Contains(name.ToString())) return false;
        }
        return true;
    }

    private static bool TryPath(ReadOnlySpan<char> text, out string path)
    {
        var parts = new StringBuilder();
        path = "";
        while (!text.IsEmpty)
        {
            ReadOnlySpan<char> part;
            if (text is ['.', .. var name])
            {
                var end = name.IndexOfAnyExcept(Identifier);
                part = end < 0 ? name : name[..end];
                text = name[part.Length..];
            }
            else if (text is ['[', .. var index] && index.IndexOf(']') is > 0 and var close)
            {
                part = index[..close];
                text = index[(close + 1)..];
                if (part is ['\'' or '"', .., '\'' or '"'] && part.Length > 2 && part[0] == part[^1]) part = part[1..^1];
                else if (part.ContainsAnyExceptInRange('0', '9')) return false;
            }
            else return false;
            if (part.IsEmpty || part.IndexOfAny("'\"") >= 0) return false;
            if (parts.Length > 0) parts.Append('.');
            parts.Append(part);
        }
        path = parts.ToString();
        return path.Length is > 0 and <= PayloadLimits.LongestPath;
    }

    private static readonly System.Buffers.SearchValues<char> Identifier = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
}
