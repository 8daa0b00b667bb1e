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
        var parser = new Parser(new StringReader(text));
        try
        {
            if (Unwanted(source, parser) is { } problem) return Reading<YamlNode>.Refused(problem);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return Reading<YamlNode>.Of(stream.Documents[0].RootNode);
        }
        catch (YamlException e)
        {
            return Reading<YamlNode>.Refused(Explain(source, text, Position(source, e.Start), (e.InnerException ?? e).Message));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // YamlDotNet meets some broken texts with exceptions of its own making, which know no place.
            return Reading<YamlNode>.Refused(Explain(source, text, Position(source, parser.Current?.End ?? Mark.Empty), "nothing that can stand here follows"));
        }
    }

    public static SourcePosition Position(string source, Mark mark) => new(source, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    /// <summary>Looks through the events first: nodes are made recursively and shared by aliases, and a plan needs neither depth nor sharing.</summary>
    private static Problem? Unwanted(string source, Parser parser)
    {
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

    private static Problem Explain(string source, string text, SourcePosition at, string message)
    {
        if (TabAt(source, text) is { } tab && (tab.At.Line <= at.Line || message.Contains("tab", StringComparison.Ordinal))) return tab;
        return new(at, "", message.StartsWith("Duplicate key", StringComparison.Ordinal) ? $"d{message[1..]}" : $"is not YAML: {message}");
    }
}
