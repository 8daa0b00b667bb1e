using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MELT.Host.Configuration;

/// <summary>Turns YAML text into nodes, or says why it is no YAML that a plan may hold.</summary>
internal static class YamlText
{
    private const int Deepest = 20;

    public static Reading<YamlNode> Load(string source, string text)
    {
        try
        {
            if (Unwanted(source, text) is { } problem) return Reading<YamlNode>.Refused(problem);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return Reading<YamlNode>.Of(stream.Documents[0].RootNode);
        }
        catch (YamlException e)
        {
            var at = Position(source, e.Start);
            return Reading<YamlNode>.Refused(TabAt(source, text) is { } tab && tab.At.Line <= at.Line ? tab : new Problem(at, "", Explain(e)));
        }
    }

    public static SourcePosition Position(string source, Mark mark) => new(source, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    /// <summary>Looks through the events first: nodes are made recursively and shared by aliases, and a plan needs neither depth nor sharing.</summary>
    private static Problem? Unwanted(string source, string text)
    {
        var parser = new Parser(new StringReader(text));
        var (depth, documents) = (0, 0);
        while (parser.MoveNext())
        {
            switch (parser.Current)
            {
                case DocumentStart when ++documents > 1:
                    return new(Position(source, parser.Current.Start), "", "a second document begins here; a plan is one document");
                case AnchorAlias:
                    return new(Position(source, parser.Current.Start), "", "aliases are not supported; write the value out");
                case MappingStart or SequenceStart when ++depth > Deepest:
                    return new(Position(source, parser.Current.Start), "", $"nested more than {Deepest} levels deep");
                case MappingEnd or SequenceEnd:
                    depth--;
                    break;
            }
        }
        return documents == 0 ? new(new SourcePosition(source), "", "is empty; a plan is a mapping, its keys begin with 'name:'") : null;
    }

    private static Problem? TabAt(string source, string text)
    {
        var line = 0;
        foreach (var content in text.Split('\n'))
        {
            line++;
            var blank = content.Length - content.TrimStart(' ', '\t').Length;
            if (content.IndexOf('\t', 0, blank) is var tab and >= 0 && blank < content.Length)
                return new(new SourcePosition(source, line, tab + 1), "", "a tab; YAML is indented with spaces");
        }
        return null;
    }

    private static string Explain(YamlException e) =>
        e.Message.StartsWith("Duplicate key", StringComparison.OrdinalIgnoreCase) ? $"{char.ToLowerInvariant(e.Message[0])}{e.Message[1..]}" : $"is not YAML: {(e.InnerException ?? e).Message}";
}
