using System.Globalization;
using System.Text;

namespace MELT.Host.Configuration;

/// <summary>Walks over a HOCON text, character by character, and knows the place.</summary>
internal sealed class HoconScanner(string source, string text)
{
    private int _index;
    private int _line = 1;
    private int _lineStart;

    public SourcePosition At => new(source, _line, _index - _lineStart + 1);
    public bool AtEnd => _index >= text.Length;
    public char Current => AtEnd ? '\0' : text[_index];
    public HoconException Error(string message) => new(At, message);

    /// <summary>Names the current character in messages.</summary>
    public string Seen => AtEnd ? "the end of the file" : Current switch
    {
        '\n' => "the end of the line",
        var c when char.IsControl(c) => string.Create(CultureInfo.InvariantCulture, $"the character U+{(int)c:X4}"),
        var c => $"'{c}'",
    };

    public bool LooksAt(string word) => string.CompareOrdinal(text, _index, word, 0, word.Length) == 0;

    public void Advance(int count = 1)
    {
        for (; count > 0 && !AtEnd; count--)
        {
            if (text[_index++] != '\n') continue;
            _line++;
            _lineStart = _index;
        }
    }

    public bool Accept(char c)
    {
        if (AtEnd || Current != c) return false;
        Advance();
        return true;
    }

    /// <summary>Skips blanks on this line and returns them.</summary>
    public string SkipBlanks() => TakeWhile(c => c != '\n' && IsBlank(c));

    /// <summary>Skips blanks, comments and line ends; true when there was a line end.</summary>
    public bool SkipLines()
    {
        var line = _line;
        while (true)
        {
            TakeWhile(IsBlank);
            if (!IsComment) return _line > line;
            TakeWhile(c => c != '\n');
        }
    }

    public bool IsComment => Current == '#' || LooksAt("//");

    public string TakeWhile(Func<char, bool> wanted)
    {
        var start = _index;
        while (!AtEnd && wanted(Current)) Advance();
        return text[start.._index];
    }

    /// <summary>Unquoted text up to a character that means something else.</summary>
    public string TakeUnquoted(string alsoNot = "")
    {
        var start = _index;
        while (!AtEnd && !IsBlank(Current) && !IsComment && !"$\"{}[]:=,+#`^?!@*&\\".Contains(Current) && !alsoNot.Contains(Current) && !char.IsControl(Current)) Advance();
        return text[start.._index];
    }

    /// <summary>A text in quotes, with the escapes of JSON, or in triple quotes, as it stands.</summary>
    public string TakeQuoted() => LooksAt("\"\"\"") ? TakeRaw() : TakeEscaped();

    private string TakeRaw()
    {
        var opened = At;
        Advance(3);
        var end = text.IndexOf("\"\"\"", _index, StringComparison.Ordinal);
        if (end < 0) throw new HoconException(opened, "this text in triple quotes is never closed; expected \"\"\"");
        while (end + 3 < text.Length && text[end + 3] == '"') end++;
        var content = text[_index..end];
        Advance(content.Length + 3);
        return content;
    }

    private string TakeEscaped()
    {
        var opened = At;
        var content = new StringBuilder();
        Advance();
        while (!Accept('"'))
        {
            if (AtEnd || Current == '\n') throw new HoconException(opened, "this text in quotes is not closed on its line; expected '\"'");
            if (Current != '\\')
            {
                content.Append(Current);
                Advance();
                continue;
            }
            Advance();
            content.Append(TakeEscape());
        }
        return content.ToString();
    }

    private char TakeEscape()
    {
        var escape = Current;
        switch ("\"\\/bfnrt".IndexOf(escape))
        {
            case var known and >= 0:
                Advance();
                return "\"\\/\b\f\n\r\t"[known];
            default:
                if (escape == 'u' && _index + 5 <= text.Length && ushort.TryParse(text.AsSpan(_index + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                {
                    Advance(5);
                    return (char)code;
                }
                throw Error($"expected an escape (\\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t or \\u and four digits), found {Seen}");
        }
    }

    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || c == '\uFEFF';
}
