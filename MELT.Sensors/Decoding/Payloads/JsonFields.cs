using System.Globalization;
using System.Text.Json;
using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>Walks JSON of any shape and adds every leaf under its path: keys and array indexes joined by points.</summary>
internal sealed class JsonFields(FieldList fields)
{
    private static readonly Reading ReadValue = static (walk, ref json) => walk.Value(ref json);

    private readonly char[] _path = new char[PayloadLimits.LongestPath];
    private int _length;

    public FieldList Fields => fields;

    /// <summary>The moment of the leaves that follow.</summary>
    public Stamp? At { get; set; }

    /// <summary>The whole payload as fields; a syntax error is a rejection.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, FieldList fields) => TryRead(payload, fields, ReadValue) && fields.AreDistinct();

    /// <summary>Calls <paramref name="read"/> at the first token; afterwards the payload must have ended.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, FieldList fields, Reading read)
    {
        if (payload.Length > PayloadLimits.LongestPayload) return fields.Reject(Rejection.TooLarge, $"a payload holds at most {PayloadLimits.LongestPayload} bytes");
        try
        {
            var json = JsonMessage.Reader(payload, PayloadLimits.DeepestNesting);
            json.Read();
            if (!read(new(fields), ref json)) return false;
            json.Read();                                 // anything behind the message throws here
            return true;
        }
        catch (Exception e) when (JsonMessage.IsSyntax(e))
        {
            var reason = JsonMessage.Syntax(e);
            return fields.Reject(reason.Code, reason.Text);
        }
    }

    public delegate bool Reading(JsonFields walk, ref Utf8JsonReader json);

    /// <summary>Adds the value at the reader under the key before it.</summary>
    public bool Member(ref Utf8JsonReader json) => Under(ref json, ReadValue);

    /// <summary>Calls <paramref name="read"/> at the value under the key at the reader; what it adds lies below that key.</summary>
    public bool Under(ref Utf8JsonReader json, Reading read)
    {
        var length = _length;
        var entered = TryEnterKey(ref json);
        json.Read();
        var done = entered ? read(this, ref json) : SkipValue(ref json);
        _length = length;
        return done;
    }

    /// <summary>Adds all members of the object at the reader.</summary>
    public bool Members(ref Utf8JsonReader json)
    {
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
            if (!Member(ref json)) return false;
        return true;
    }

    public bool Value(ref Utf8JsonReader json)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.StartObject: return Members(ref json);
            case JsonTokenType.StartArray: return Elements(ref json);
            case JsonTokenType.True: return Leaf(PayloadValue.Of(true), null);
            case JsonTokenType.False: return Leaf(PayloadValue.Of(false), null);
            case JsonTokenType.Null: return true;
            case JsonTokenType.Number:
                return ExactNumbers.TryParse(json.ValueSpan, out var number)
                    ? Leaf(PayloadValue.Of(number), null)
                    : fields.Skip(Rejection.NotFinite, $"{JsonMessage.Quote(_path.AsSpan(0, _length).ToString())} is beyond every measure");
            default: return Text(ref json);
        }
    }

    private bool Text(ref Utf8JsonReader json)
    {
        if (json.ValueSpan.Length > PayloadLimits.LongestText) return fields.Skip(Rejection.TooLarge, $"{JsonMessage.Quote(_path.AsSpan(0, _length).ToString())} is a text of more than {PayloadLimits.LongestText} bytes");
        Span<char> text = stackalloc char[PayloadLimits.LongestText];
        text = text[..json.CopyString(text)];
        if (ScalarText.IsAbsent(text)) return true;
        if (ScalarText.TryNumber(text, out var number)) return Leaf(PayloadValue.Of(number), null);
        return fields.Charge(2 * text.Length) && Leaf(ScalarText.Read(text, out var unit), unit);
    }

    private bool Elements(ref Utf8JsonReader json)
    {
        var length = _length;
        Span<char> number = stackalloc char[12];
        for (var index = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; index++)
        {
            index.TryFormat(number, out var digits, default, CultureInfo.InvariantCulture);
            if (Enter(number[..digits]) ? !Value(ref json) : !SkipValue(ref json)) return false;
            _length = length;
        }
        return true;
    }

    private bool TryEnterKey(ref Utf8JsonReader json)
    {
        if (json.ValueSpan.Length + 1 > _path.Length - _length) return false;
        if (_length > 0) _path[_length++] = '.';
        _length += json.CopyString(_path.AsSpan(_length));
        return true;
    }

    private bool Enter(ReadOnlySpan<char> part)
    {
        if (part.Length + 1 > _path.Length - _length) return false;
        if (_length > 0) _path[_length++] = '.';
        part.CopyTo(_path.AsSpan(_length));
        _length += part.Length;
        return true;
    }

    private bool Leaf(PayloadValue value, string? unit) => fields.Add(_length == 0 ? BareFormat.Path : _path.AsSpan(0, _length), value, At, unit);

    private bool SkipValue(ref Utf8JsonReader json)
    {
        json.Skip();
        return fields.Skip(Rejection.TooLarge, $"a path is longer than {PayloadLimits.LongestPath} characters");
    }
}
