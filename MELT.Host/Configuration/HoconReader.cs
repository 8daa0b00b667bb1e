namespace MELT.Host.Configuration;

/// <summary>
/// Reads HOCON: objects, paths, merging, arrays, comments, quoted and unquoted text, substitutions from the same files and the environment.
/// Not taken, and said so: include, += and keys with blanks outside quotes.
/// </summary>
public static class HoconReader
{
    private const int Deepest = 32;
    private const int LongestPath = 16;

    /// <summary>Reads one text. Substitutions look into it first and then ask <paramref name="environment"/>.</summary>
    public static HoconObject Read(string source, string text, Func<string, string?> environment) => Read([(source, text)], environment);

    /// <summary>Reads several texts as one: later ones override and add to earlier ones, and substitutions see them all.</summary>
    public static HoconObject Read(IEnumerable<(string Source, string Text)> texts, Func<string, string?> environment)
    {
        HoconObject root = new(new SourcePosition("nothing"), new Dictionary<string, HoconValue>());
        foreach (var (source, text) in texts) root = (HoconObject)HoconMerge.Over(root, new Parser(new HoconScanner(source, text)).Root());
        return HoconResolver.Resolve(root, environment);
    }

    private sealed class Parser(HoconScanner scanner)
    {
        private int _depth;

        public HoconObject Root()
        {
            scanner.SkipLines();
            var braces = scanner.Current == '{';
            var root = braces ? Object() : Fields(scanner.At, closing: '\0');
            scanner.SkipLines();
            return scanner.AtEnd ? root : throw scanner.Error($"expected {(braces ? "the end of the file after the closing '}'" : "a key")}, found {scanner.Seen}");
        }

        private HoconObject Object()
        {
            var at = scanner.At;
            scanner.Advance();
            var fields = Fields(at, closing: '}');
            return scanner.Accept('}') ? fields : throw scanner.Error($"expected a key or '}}' for the '{{' at {at.Line}:{at.Column}, found {scanner.Seen}");
        }

        private HoconObject Fields(SourcePosition at, char closing)
        {
            Deeper();
            var fields = new Dictionary<string, HoconValue>();
            scanner.SkipLines();
            while (!scanner.AtEnd && scanner.Current != closing && scanner.Current is not ('}' or ']'))
            {
                Field(fields);
                if (!Separated(closing)) break;
            }
            _depth--;
            return new(at, fields);
        }

        private void Field(Dictionary<string, HoconValue> fields)
        {
            var at = scanner.At;
            var path = Path();
            scanner.SkipBlanks();
            if (path is ["include"] && scanner.Current is not ('=' or ':' or '{'))
                throw new HoconException(at, "include is not supported; every file of the configuration folder is read by its own name");
            HoconValue value;
            if (scanner.Current == '{') value = Value();
            else if (scanner.LooksAt("+=")) throw scanner.Error("+= is not supported; write the whole array");
            else if (scanner.Accept('=') || scanner.Accept(':'))
            {
                scanner.SkipBlanks();
                value = Value();
            }
            else throw scanner.Error($"expected '=', ':' or '{{' after the key '{string.Join('.', path)}', found {scanner.Seen}");

            for (var i = path.Count - 1; i > 0; i--) value = new HoconObject(at, new Dictionary<string, HoconValue> { [path[i]] = value });
            fields[path[0]] = fields.TryGetValue(path[0], out var earlier) ? HoconMerge.Over(earlier, value) : value;
        }

        /// <summary>After a field or an item: a line end or one comma, or the closing bracket ahead.</summary>
        private bool Separated(char closing)
        {
            var newLine = scanner.SkipLines();
            if (scanner.Accept(','))
            {
                scanner.SkipLines();
                return scanner.Current != ',' ? true : throw scanner.Error("expected a key or a value after ',', found another ','");
            }
            if (newLine || scanner.AtEnd || scanner.Current == closing) return newLine;
            throw scanner.Error($"expected a line end{(closing == '\0' ? " or ','" : $", ',' or '{closing}'")}, found {scanner.Seen}");
        }

        private List<string> Path()
        {
            List<string> path = [];
            do
            {
                var key = scanner.Current == '"' ? scanner.TakeQuoted() : scanner.TakeUnquoted(alsoNot: ".");
                if (key.Length == 0) throw scanner.Error($"expected a key, found {scanner.Seen}");
                path.Add(key);
                if (path.Count > LongestPath) throw scanner.Error($"expected at most {LongestPath} parts in a key");
            }
            while (scanner.Accept('.'));
            return path;
        }

        /// <summary>Everything up to the end of the value: one part, or several side by side.</summary>
        private HoconValue Value()
        {
            var at = scanner.At;
            List<HoconValue> parts = [];
            var blanks = "";
            while (!scanner.AtEnd && !scanner.IsComment && scanner.Current is not ('\n' or ',' or '}' or ']'))
            {
                var part = Part();
                if (blanks.Length > 0 && parts.Count > 0) parts.Add(new HoconBlanks(part.At, blanks));
                parts.Add(part);
                blanks = scanner.SkipBlanks();
            }
            return parts switch
            {
                [] => throw scanner.Error($"expected a value, found {scanner.Seen}"),
                [var only] => only,
                _ when parts.Any(p => p is HoconSubstitution) => new HoconConcatenation(at, parts),
                _ => HoconMerge.Concatenate(at, parts),
            };
        }

        private HoconValue Part()
        {
            var at = scanner.At;
            switch (scanner.Current)
            {
                case '{': return Object();
                case '[': return Array();
                case '"': return new HoconText(at, scanner.TakeQuoted());
                case '$' when scanner.LooksAt("${"): return Substitution();
                default:
                    return scanner.TakeUnquoted() switch
                    {
                        "" => throw scanner.Error($"expected a value, found {scanner.Seen}; text with this character belongs in quotes"),
                        "null" => new HoconNull(at),
                        var text => new HoconText(at, text),
                    };
            }
        }

        private HoconArray Array()
        {
            Deeper();
            var at = scanner.At;
            List<HoconValue> items = [];
            scanner.Advance();
            scanner.SkipLines();
            while (!scanner.AtEnd && scanner.Current != ']')
            {
                items.Add(Value());
                if (!Separated(']')) break;
            }
            _depth--;
            return scanner.Accept(']') ? new(at, items) : throw scanner.Error($"expected a value or ']' for the '[' at {at.Line}:{at.Column}, found {scanner.Seen}");
        }

        private HoconSubstitution Substitution()
        {
            var at = scanner.At;
            scanner.Advance(2);
            var optional = scanner.Accept('?');
            scanner.SkipBlanks();
            var path = Path();
            scanner.SkipBlanks();
            return scanner.Accept('}') ? new(at, path, optional) : throw scanner.Error($"expected '}}' at the end of the substitution, found {scanner.Seen}");
        }

        /// <summary>A stack overflow cannot be caught, so nesting is bounded.</summary>
        private void Deeper()
        {
            if (++_depth > Deepest) throw scanner.Error($"expected at most {Deepest} levels of nesting");
        }
    }
}
