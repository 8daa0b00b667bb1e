using System.Text.Json;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>SenML as JSON (RFC 8428, section 5). A field is named by the resolved name; a sum is named NAME.sum. Binary data and versions above 10 are not understood.</summary>
public sealed class SenmlJsonFormat : IPayloadFormat
{
    public string Name => "senml-json";

    public PayloadResult Decode(PayloadMessage message, PayloadState? state)
    {
        var fields = new FieldList(message.Payload.Length);
        var resolver = new SenmlResolver(fields, message.Arrived);
        JsonFields.TryRead(message.Payload, fields, (_, ref json) => Pack(ref json, fields, resolver));
        return fields.Done();
    }

    public PayloadEvidence? Recognise(PayloadMessage message) =>
        message.Payload.TrimStart(" \t\r\n"u8) is [(byte)'[', ..] && Decode(message, null) is PayloadResult.Decoded { Fields: { Length: > 0 } fields }
            ? new(PayloadFit.Keys, $"the payload is a SenML pack; its first name is {fields[0].Path}")
            : null;

    private static bool Pack(ref Utf8JsonReader json, FieldList fields, SenmlResolver resolver)
    {
        if (json.TokenType != JsonTokenType.StartArray) return fields.Reject(Rejection.Shape, $"the pack is {JsonMessage.Kind(json.TokenType)}, expected an array of records");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.StartObject) return resolver.Reject($"is {JsonMessage.Kind(json.TokenType)}, expected an object");
            var record = new SenmlRecord();
            var seen = 0;
            while (json.Read() && json.TokenType != JsonTokenType.EndObject)
            {
                if (!resolver.Label(json.ValueSpan, out var label)) return false;
                json.Read();
                if (label == SenmlLabel.Unknown) { json.Skip(); continue; }
                var bit = 1 << ((int)label + 6);
                if ((seen & bit) != 0) return fields.Reject(Rejection.DuplicateKey, $"{label} is given twice in one record");
                seen |= bit;
                if (!Member(ref json, fields, label, ref record)) return fields.Rejection is null ? resolver.Reject($"has {label} as {JsonMessage.Kind(json.TokenType)}") : false;
            }
            if (!resolver.Add(record)) return false;
        }
        return true;
    }

    private static bool Member(ref Utf8JsonReader json, FieldList fields, SenmlLabel label, ref SenmlRecord record)
    {
        switch (label)
        {
            case SenmlLabel.BaseName: return Text(ref json, fields, out record.BaseName);
            case SenmlLabel.BaseUnit: return Text(ref json, fields, out record.BaseUnit);
            case SenmlLabel.Name: return Text(ref json, fields, out record.Name);
            case SenmlLabel.Unit: return Text(ref json, fields, out record.Unit);
            case SenmlLabel.Text: return Text(ref json, fields, out record.Text);
            case SenmlLabel.Data: record.HasData = true; return json.TokenType == JsonTokenType.String;
            case SenmlLabel.Truth: record.Truth = json.TokenType == JsonTokenType.True; return json.TokenType is JsonTokenType.True or JsonTokenType.False;
            case SenmlLabel.BaseVersion when json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var version): record.BaseVersion = version; return true;
            case SenmlLabel.BaseTime: return Number(ref json, out record.BaseTime);
            case SenmlLabel.BaseValue: return Number(ref json, out record.BaseValue);
            case SenmlLabel.BaseSum: return Number(ref json, out record.BaseSum);
            case SenmlLabel.Value: return Number(ref json, out record.Value);
            case SenmlLabel.Sum: return Number(ref json, out record.Sum);
            case SenmlLabel.Time: return Number(ref json, out record.Time);
            case SenmlLabel.UpdateTime: return json.TokenType == JsonTokenType.Number;
            default: return false;
        }
    }

    private static bool Number(ref Utf8JsonReader json, out ExactDecimal? number)
    {
        number = json.TokenType == JsonTokenType.Number && ExactNumbers.TryParse(json.ValueSpan, out var value) ? value : null;
        return number is not null;
    }

    private static bool Text(ref Utf8JsonReader json, FieldList fields, out string? text)
    {
        text = null;
        if (json.TokenType != JsonTokenType.String) return false;
        if (json.ValueSpan.Length > PayloadLimits.LongestText) return fields.Reject(Rejection.TooLarge, $"a text is longer than {PayloadLimits.LongestText} bytes");
        if (!fields.Charge(24 + 2 * json.ValueSpan.Length)) return false;
        text = json.GetString();
        return true;
    }
}
