using System.Text.Json;
using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>
/// <c>{"ts":…,"values":{…}}</c>, an array of them, or plain objects without a time; a gateway puts such arrays under the names of its devices.
/// <c>ts</c> counts in the unit of the format's name, or is ISO 8601 with offset. ThingsBoard's telemetry is the one in milliseconds
/// (thingsboard.io, MQTT API, "Telemetry upload").
/// </summary>
public sealed class TimedValuesFormat(string name, EpochUnit unit, string? topicPart = null) : IPayloadFormat
{
    public string Name => name;

    public PayloadResult Decode(PayloadMessage message, PayloadState? state)
    {
        var fields = new FieldList(message.Payload.Length);
        if (JsonFields.TryRead(message.Payload, fields, Entries)) fields.AreDistinct();
        return fields.Done();
    }

    public PayloadEvidence? Recognise(PayloadMessage message)
    {
        if (Decode(message, null) is not PayloadResult.Decoded { Fields: { Length: > 0 } found }) return null;
        var topic = topicPart is not null && message.Topic.Contains(topicPart, StringComparison.Ordinal);
        var timed = found.FirstOrDefault(f => f.At is not null).At;
        if (timed is null) return topic ? new(PayloadFit.TopicAndShape, $"the topic contains {topicPart} and the payload is JSON without a time") : null;
        // The same number is a sensible moment in one unit at most: a factor of a thousand is fifty years or none.
        if (Math.Abs(timed.Value - message.Arrived) > 100L * 366 * 86_400 * 1_000_000_000 / 10) return null;
        return new(topic ? PayloadFit.TopicAndShape : PayloadFit.Keys, $"the payload has ts and values, and ts counted in {unit.ToString().ToLowerInvariant()} is {timed.Value.ToDateTimeOffset():yyyy-MM-dd HH:mm:ss} UTC{(topic ? $"; the topic contains {topicPart}" : "")}");
    }

    private bool Entries(JsonFields walk, ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.StartObject) return Entry(walk, ref json);
        if (json.TokenType != JsonTokenType.StartArray) return walk.Fields.Reject(Rejection.Shape, $"the payload is {JsonMessage.Kind(json.TokenType)}, expected an object or an array of objects");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.StartObject) return walk.Fields.Reject(Rejection.Shape, $"an entry is {JsonMessage.Kind(json.TokenType)}, expected an object");
            if (!Entry(walk, ref json)) return false;
        }
        return true;
    }

    private bool Entry(JsonFields walk, ref Utf8JsonReader json)
    {
        if (!TryFindStamp(json, walk.Fields, out var at, out var hasValues)) return false;
        walk.At = at;
        if (!hasValues) return Plain(walk, ref json);
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var values = json.ValueTextEquals("values"u8);
            json.Read();
            if (!values) json.Skip();
            else if (json.TokenType != JsonTokenType.StartObject) return walk.Fields.Reject(Rejection.Shape, $"values is {JsonMessage.Kind(json.TokenType)}, expected an object");
            else if (!walk.Members(ref json)) return false;
        }
        return true;
    }

    // Without values the members are the values, or, below a gateway, arrays of entries under the names of devices.
    private bool Plain(JsonFields walk, ref Utf8JsonReader json)
    {
        var at = walk.At;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("ts"u8)) { json.Read(); json.Skip(); }
            else if (IsGateways(json) ? !walk.Under(ref json, Entries) : !walk.Member(ref json)) return false;
            walk.At = at;
        }
        return true;
    }

    private static bool IsGateways(Utf8JsonReader json)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray || !json.Read() || json.TokenType != JsonTokenType.StartObject || !json.Read() || json.TokenType != JsonTokenType.PropertyName) return false;
        return json.ValueTextEquals("ts"u8) || json.ValueTextEquals("values"u8);
    }

    // The copy of the reader looks ahead: ts may stand behind the values it belongs to.
    private bool TryFindStamp(Utf8JsonReader json, FieldList fields, out Stamp? at, out bool hasValues)
    {
        (at, hasValues) = (null, false);
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var isStamp = json.ValueTextEquals("ts"u8);
            hasValues |= json.ValueTextEquals("values"u8);
            json.Read();
            if (!isStamp) { json.Skip(); continue; }
            if (at is not null) return fields.Reject(Rejection.DuplicateKey, "ts is given twice");
            if (json.TokenType == JsonTokenType.Number && ExactNumbers.TryParse(json.ValueSpan, out var number) && ExactNumbers.TryStamp(number, unit, out var stamp)) at = stamp;
            else if (json.TokenType == JsonTokenType.String && json.ValueSpan.Length < 64 && StampText.TryParse(json.GetString()!, out stamp)) at = stamp;
            else return fields.Reject(Rejection.Stamp, $"ts is {JsonMessage.Kind(json.TokenType)} that is no moment");
        }
        return true;
    }
}
