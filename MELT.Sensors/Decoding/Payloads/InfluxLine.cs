using System.Globalization;
using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>Reads one line of the protocol: measurement, tags, fields, time. <see cref="Rest"/> is what follows it.</summary>
internal ref struct InfluxLine(ReadOnlySpan<byte> text, char[] path)
{
    private ReadOnlySpan<byte> _rest = text;
    private int _length;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Adds the fields of the line; empty lines and comments have none.</summary>
    public bool Read(FieldList fields, EpochUnit unit, out string problem)
    {
        problem = "";
        while (_rest is [(byte)' ' or (byte)'\r', ..]) _rest = _rest[1..];
        if (_rest.IsEmpty) return true;
        if (_rest[0] is (byte)'\n' or (byte)'#')
        {
            var end = _rest.IndexOf((byte)'\n');
            _rest = end < 0 ? [] : _rest[(end + 1)..];
            return true;
        }
        if (!Key(" ,"u8)) { problem = "the measurement is empty or too long"; return false; }
        while (_rest is [(byte)',', ..])
        {
            if (!Mark(',') || !Key("="u8) || !Mark('=') || !Key(" ,"u8)) { problem = "a tag is not key=value"; return false; }
        }
        var series = _length;
        var first = fields.Count;
        do
        {
            _length = series;
            if (_rest.IsEmpty) { problem = "there are no fields"; return false; }
            _rest = _rest[1..];                          // the space before the first, the comma before others
            path[_length++] = '.';
            if (!Key("="u8) || _rest.IsEmpty) { problem = "a field is not key=value"; return false; }
            _rest = _rest[1..];
            if (!Value(fields, out problem)) return false;
        }
        while (_rest is [(byte)',', ..]);
        return Time(fields, first, unit, out problem);
    }

    // Takes a key up to an unescaped stop, which must follow, and unescapes it into the path.
    private bool Key(ReadOnlySpan<byte> stops)
    {
        var from = _length;
        Span<byte> utf8 = stackalloc byte[PayloadLimits.LongestPath];
        var length = 0;
        for (; !_rest.IsEmpty && !stops.Contains(_rest[0]); _rest = _rest[1..])
        {
            if (_rest[0] is (byte)'\n') return false;
            if (_rest is [(byte)'\\', (byte)' ' or (byte)',' or (byte)'=' or (byte)'\\', ..]) _rest = _rest[1..];
            if (length == utf8.Length) return false;
            utf8[length++] = _rest[0];
        }
        if (_rest.IsEmpty || length == 0 || !System.Text.Encoding.UTF8.TryGetChars(utf8[..length], path.AsSpan(_length), out var written)) return false;
        _length += written;
        return _length < path.Length && _length > from;
    }

    private bool Mark(char mark)
    {
        _rest = _rest[1..];
        path[_length++] = mark;
        return _length < path.Length;
    }

    private bool Value(FieldList fields, out string problem)
    {
        problem = "";
        if (_rest is [(byte)'"', ..]) return Quoted(fields, out problem);
        var end = _rest.IndexOfAny(", \r\n"u8);
        var text = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? [] : _rest[end..];
        PayloadValue value;
        if (text is [.., (byte)'i' or (byte)'u'] && text[^1] is var type && long.TryParse(text[..^1], type == 'i' ? NumberStyles.AllowLeadingSign : NumberStyles.None, CultureInfo.InvariantCulture, out var integer))
        {
            ExactNumbers.TryFrom(integer, 0, out var exact);
            value = PayloadValue.Of(exact);
        }
        else if (text.SequenceEqual("t"u8) || text.SequenceEqual("T"u8) || text.SequenceEqual("true"u8) || text.SequenceEqual("True"u8) || text.SequenceEqual("TRUE"u8)) value = PayloadValue.Of(true);
        else if (text.SequenceEqual("f"u8) || text.SequenceEqual("F"u8) || text.SequenceEqual("false"u8) || text.SequenceEqual("False"u8) || text.SequenceEqual("FALSE"u8)) value = PayloadValue.Of(false);
        else if (TryNumber(text, out var number)) value = PayloadValue.Of(number);
        else
        {
            problem = $"{JsonMessage.Quote(System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, 40)]))} is no field value";
            return false;
        }
        return fields.Add(path.AsSpan(0, _length), value);
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out ExactDecimal number)
    {
        number = default;
        Span<char> characters = stackalloc char[64];
        if (text.Length > characters.Length || System.Text.Ascii.ToUtf16(text, characters, out var length) != System.Buffers.OperationStatus.Done) return false;
        return ScalarText.TryNumber(characters[..length], out number);
    }

    private bool Quoted(FieldList fields, out string problem)
    {
        problem = "a quoted text does not end";
        Span<byte> utf8 = stackalloc byte[PayloadLimits.LongestText];
        var length = 0;
        for (_rest = _rest[1..]; !_rest.IsEmpty; _rest = _rest[1..])
        {
            if (_rest[0] == '"')
            {
                _rest = _rest[1..];
                if (!_rest.IsEmpty && !", \r\n"u8.Contains(_rest[0])) return false;
                return fields.Add(path.AsSpan(0, _length), PayloadValue.Of(System.Text.Encoding.UTF8.GetString(utf8[..length])));
            }
            if (_rest is [(byte)'\\', (byte)'"' or (byte)'\\', ..]) _rest = _rest[1..];
            if (length == utf8.Length) { problem = $"a text is longer than {PayloadLimits.LongestText} bytes"; return false; }
            utf8[length++] = _rest[0];
        }
        return false;
    }

    private bool Time(FieldList fields, int first, EpochUnit unit, out string problem)
    {
        problem = "";
        var end = _rest.IndexOf((byte)'\n');
        var text = (end < 0 ? _rest : _rest[..end]).Trim(" \r"u8);
        _rest = end < 0 ? [] : _rest[(end + 1)..];
        if (text.IsEmpty) return true;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) || !ExactNumbers.TryStamp(new(count, 0), unit, out Stamp at))
        {
            problem = $"{JsonMessage.Quote(System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, 40)]))} is no time";
            return false;
        }
        for (var i = first; i < fields.Count; i++) fields[i] = fields[i] with { At = at };
        return true;
    }
}
