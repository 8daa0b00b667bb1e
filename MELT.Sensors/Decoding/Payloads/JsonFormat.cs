namespace MELT.Sensors.Decoding.Payloads;

/// <summary>JSON of any shape: every leaf is a field, named by its path. What is a stamp in it, and in which unit the values are, configuration says.</summary>
public sealed class JsonFormat : IPayloadFormat
{
    public string Name => "json";

    public PayloadResult Decode(PayloadMessage message, PayloadState? state)
    {
        var fields = new FieldList(message.Payload.Length);
        JsonFields.TryRead(message.Payload, fields);
        return fields.Done();
    }

    public PayloadEvidence? Recognise(PayloadMessage message) =>
        message.Payload.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..] && Decode(message, null) is PayloadResult.Decoded { Fields.Length: > 0 and var count }
            ? new(PayloadFit.CouldBe, $"the payload is JSON with {count} values")
            : null;
}
