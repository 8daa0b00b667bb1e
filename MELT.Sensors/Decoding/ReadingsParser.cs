using System.Text.Json;
using MELT.Devices.Time;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Decoding;

/// <summary>One pass over one <c>readings</c> message. A method that answers false has set <see cref="Rejection"/>.</summary>
internal ref struct ReadingsParser(ReadOnlySpan<byte> payload, Stamp arrived)
{
    private const int LongestName = 128;

    private Utf8JsonReader _json = JsonMessage.Reader(payload, depth: 3);
    private readonly List<long> _stamps = [];
    private readonly List<ColumnBuilder> _columns = [];
    private readonly SequenceCollector _sequence = new();
    private int _count;
    private bool _array;

    public Rejection? Rejection { get; private set; }
    /// <summary>As the first reading that has it tells it: a number's digits, a string's text, or whatever else stands there.</summary>
    public string? Published { get; private set; }

    public SampleBlock? Parse()
    {
        _json.Read();
        switch (_json.TokenType)
        {
            case JsonTokenType.StartObject:
                if (!Reading()) return null;
                break;
            case JsonTokenType.StartArray:
                _array = true;
                while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
                {
                    if (_json.TokenType != JsonTokenType.StartObject) { Reject(Decoding.Rejection.Shape, $"is {JsonMessage.Kind(_json.TokenType)}, expected an object"); return null; }
                    if (_count == SampleBlock.MaximumSamples) { Reject(Decoding.Rejection.TooLarge, $"a message holds at most {SampleBlock.MaximumSamples} readings"); return null; }
                    if (!Reading()) return null;
                }
                break;
            default:
                Reject(Decoding.Rejection.Shape, $"the message is {JsonMessage.Kind(_json.TokenType)}, expected an object or an array of objects");
                return null;
        }
        _json.Read();                                    // anything behind the message throws here
        if (_count == 0) { Rejection = new(Decoding.Rejection.Shape, "the array holds no reading"); return null; }
        if (_sequence.Problem is { } problem) { Rejection = new(Decoding.Rejection.Sequence, problem); return null; }
        return new(_sequence.Range, _stamps.Count == 0,
            _stamps.Count > 0 ? [.. _stamps] : [.. Enumerable.Repeat(arrived.Nanoseconds, _count)],
            [.. _columns.Select(c => c.Build())]);
    }

    private bool Reading()
    {
        var (hasAt, hasValue, hasValues, hasPublished) = (false, false, false, false);
        long? number = null;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndObject)
        {
            if (_json.ValueTextEquals("at"u8)) { if (!Once(ref hasAt, "at") || !At()) return false; }
            else if (_json.ValueTextEquals("value"u8)) { if (!Once(ref hasValue, "value") || !Single()) return false; }
            else if (_json.ValueTextEquals("values"u8)) { if (!Once(ref hasValues, "values") || !Several()) return false; }
            else if (_json.ValueTextEquals("published"u8)) { if (!Once(ref hasPublished, "published")) return false; HandedOver(); }
            else if (_json.ValueTextEquals("seq"u8))
            {
                var seen = number is not null;
                if (!Once(ref seen, "seq") || !Number(out number)) return false;
            }
            else return Reject(Decoding.Rejection.Shape, $"unknown key {JsonMessage.Quote(_json.GetString()!)}; known are at, value, values, seq, published");
        }
        if (hasValue && hasValues) return Reject(Decoding.Rejection.Shape, "has both value and values");
        if (!hasValue && !hasValues) return Reject(Decoding.Rejection.Shape, "has neither value nor values");
        if (hasAt ? _stamps.Count != _count + 1 : _stamps.Count != 0)
        {
            return Reject(Decoding.Rejection.MixedStamps, hasAt ? "has at, but readings before it have not" : "has no at, but readings before it have");
        }
        foreach (var column in _columns)
        {
            if (column.Count != _count + 1) return Reject(Decoding.Rejection.Shape, $"channel {JsonMessage.Quote(column.Channel)} is missing; all readings of a message have the same channels");
        }
        _sequence.Add(number);
        _count++;
        return true;
    }

    private bool At()
    {
        _json.Read();
        Stamp stamp;
        switch (_json.TokenType)
        {
            case JsonTokenType.Number when _json.TryGetInt64(out var nanoseconds): stamp = new(nanoseconds); break;
            case JsonTokenType.String when StampText.TryParse(_json.GetString()!, out stamp): break;
            case JsonTokenType.Number: return Reject(Decoding.Rejection.Stamp, "at is not an integer of nanoseconds since 1970");
            case JsonTokenType.String: return Reject(Decoding.Rejection.Stamp, $"at is {JsonMessage.Quote(_json.GetString()!)}, expected integer nanoseconds since 1970 or ISO 8601 with offset");
            default: return Reject(Decoding.Rejection.Shape, $"at is {JsonMessage.Kind(_json.TokenType)}, expected a number or a string");
        }
        _stamps.Add(stamp.Nanoseconds);
        return true;
    }

    // A publisher that tells this wrongly loses this, not its reading.
    private void HandedOver()
    {
        _json.Read();
        var text = _json.TokenType == JsonTokenType.String ? _json.GetString()! : System.Text.Encoding.UTF8.GetString(_json.ValueSpan);
        if (_json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) _json.Skip();
        Published ??= text;
    }

    private bool Number(out long? number)
    {
        number = null;
        _json.Read();
        if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out var value) || value < 0)
        {
            return Reject(Decoding.Rejection.Sequence, "seq is not an integer of 0 or more");
        }
        number = value;
        return true;
    }

    private bool Single()
    {
        var column = _columns.Find(c => c.Channel == "value");
        if (column is null && !TryAddColumn("value", out column)) return false;
        return Value(column);
    }

    private bool Several()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject) return Reject(Decoding.Rejection.Shape, $"values is {JsonMessage.Kind(_json.TokenType)}, expected an object");
        while (_json.Read() && _json.TokenType != JsonTokenType.EndObject)
        {
            var column = KnownColumn();
            if (column is null && !TryAddColumn(_json.GetString()!, out column)) return false;
            if (!Value(column)) return false;
        }
        return _columns.Count > 0 || Reject(Decoding.Rejection.Shape, "values is empty");
    }

    private bool Value(ColumnBuilder column)
    {
        if (column.Count > _count) return Reject(Decoding.Rejection.DuplicateKey, $"channel {JsonMessage.Quote(column.Channel)} is given twice");
        _json.Read();
        if (_json.TokenType != JsonTokenType.Number) return Reject(Decoding.Rejection.Shape, $"channel {JsonMessage.Quote(column.Channel)} is {JsonMessage.Kind(_json.TokenType)}, expected a number");
        return column.TryAdd(_json.ValueSpan) || Reject(Decoding.Rejection.NotFinite, $"channel {JsonMessage.Quote(column.Channel)} is beyond the largest double");
    }

    private readonly ColumnBuilder? KnownColumn()
    {
        foreach (var column in _columns)
        {
            if (_json.ValueTextEquals(column.Channel)) return column;
        }
        return null;
    }

    private bool TryAddColumn(string channel, out ColumnBuilder column)
    {
        column = new(channel);
        if (_count > 0) return Reject(Decoding.Rejection.Shape, $"channel {JsonMessage.Quote(channel)} is new; all readings of a message have the same channels");
        if (channel.Length is 0 or > LongestName || channel.Any(char.IsControl)) return Reject(Decoding.Rejection.Shape, $"{JsonMessage.Quote(channel)} is no channel name");
        if (_columns.Count == ReadingsDecoder.MaximumChannels) return Reject(Decoding.Rejection.TooLarge, $"a reading holds at most {ReadingsDecoder.MaximumChannels} channels");
        _columns.Add(column);
        return true;
    }

    private bool Once(ref bool seen, string key)
    {
        if (seen) return Reject(Decoding.Rejection.DuplicateKey, $"{key} is given twice");
        return seen = true;
    }

    private bool Reject(string code, string text)
    {
        Rejection = new(code, JsonMessage.Where(_array ? _count : null) + text);
        return false;
    }
}
