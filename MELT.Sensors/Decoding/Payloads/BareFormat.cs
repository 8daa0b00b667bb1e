namespace MELT.Sensors.Decoding.Payloads;

/// <summary>The payload is the value: <c>12.3</c>, <c>12.3 W</c>, <c>ON</c>. Its path is <c>value</c>.</summary>
public sealed class BareFormat : IPayloadFormat
{
    public const string Path = "value";

    public string Name => "bare";

    public PayloadResult Decode(PayloadMessage message, PayloadState? state)
    {
        var fields = new FieldList(message.Payload.Length);
        Read(message.Payload, Path, null, fields);
        return fields.Done();
    }

    public PayloadEvidence? Recognise(PayloadMessage message) =>
        Decode(message, null) is PayloadResult.Decoded { Fields: [{ Value.Kind: not PayloadKind.Text } field] }
            ? new(PayloadFit.Shape, $"the payload is nothing but {(field.Value.IsNumber ? "a number" : "ON or OFF")}{(field.Unit is null ? "" : $" in {field.Unit}")}")
            : null;

    /// <summary>Adds the payload as one field; <paramref name="unit"/> is what the topic says it is in.</summary>
    internal static bool Read(ReadOnlySpan<byte> payload, string path, string? unit, FieldList fields)
    {
        if (payload.Length > PayloadLimits.LongestText) return fields.Reject(Rejection.TooLarge, $"a bare value is at most {PayloadLimits.LongestText} bytes long");
        Span<char> text = stackalloc char[PayloadLimits.LongestText];
        if (!System.Text.Encoding.UTF8.TryGetChars(payload, text, out var length) || !System.Text.Unicode.Utf8.IsValid(payload)) return fields.Reject(Rejection.Malformed, "the payload is not text");
        var trimmed = text[..length].Trim();
        if (trimmed.IsEmpty) return fields.Reject(Rejection.Shape, "the payload is empty");
        if (ScalarText.IsAbsent(trimmed)) return fields.Reject(Rejection.NotFinite, $"{JsonMessage.Quote(trimmed.ToString())} is no value");
        foreach (var c in trimmed)
            if (char.IsControl(c) || c is '{' or '[' or '"') return fields.Reject(Rejection.Shape, $"{JsonMessage.Quote(trimmed.ToString())} is no bare value");
        var value = ScalarText.Read(trimmed, out var told);
        return fields.Add(path, value, null, told ?? (value.IsNumber ? unit : null));
    }
}
