namespace MELT.Sensors.Decoding.Payloads;

/// <summary>SenML as CBOR (RFC 8428, section 6): integer labels, numbers as integers, floats of any size or decimal fractions. Text in chunks and big numbers are not understood.</summary>
public sealed class SenmlCborFormat : IPayloadFormat
{
    public string Name => "senml-cbor";

    public PayloadResult Decode(PayloadMessage message, PayloadState? state)
    {
        var fields = new FieldList(message.Payload.Length);
        var resolver = new SenmlResolver(fields, message.Arrived);
        var cbor = new CborReader(message.Payload);
        if (message.Payload.Length > PayloadLimits.LongestPayload) fields.Reject(Rejection.TooLarge, $"a payload holds at most {PayloadLimits.LongestPayload} bytes");
        else if (!cbor.Container(4, out var records)) fields.Reject(Rejection.Malformed, "the payload is no CBOR array");
        else if (Pack(ref cbor, records, fields, resolver) && !cbor.AtEnd) fields.Reject(Rejection.Malformed, "bytes follow the pack");
        return fields.Done();
    }

    public PayloadEvidence? Recognise(PayloadMessage message) =>
        message.Payload is [>= 0x80 and <= 0x9f, ..] && Decode(message, null) is PayloadResult.Decoded { Fields: { Length: > 0 } fields }
            ? new(PayloadFit.Keys, $"the payload is a SenML pack in CBOR; its first name is {fields[0].Path}")
            : null;

    private static bool Pack(ref CborReader cbor, int records, FieldList fields, SenmlResolver resolver)
    {
        while (cbor.Next(ref records))
        {
            if (!cbor.Container(5, out var members)) return fields.Reject(Rejection.Malformed, "a record is no CBOR map");
            var record = new SenmlRecord();
            var seen = 0;
            while (cbor.Next(ref members))
            {
                if (!Label(ref cbor, resolver, out var label)) return fields.Rejection is null ? fields.Reject(Rejection.Malformed, "a label is neither a number nor a text") : false;
                if (label == SenmlLabel.Unknown)
                {
                    if (!cbor.Skip()) return fields.Reject(Rejection.Malformed, "a value breaks off, or is nested too deep");
                    continue;
                }
                var bit = 1 << ((int)label + 6);
                if ((seen & bit) != 0) return fields.Reject(Rejection.DuplicateKey, $"{label} is given twice in one record");
                seen |= bit;
                if (!Member(ref cbor, fields, label, ref record)) return fields.Rejection is null ? resolver.Reject($"has a wrong or broken value as {label}") : false;
            }
            if (!resolver.Add(record)) return false;
        }
        return true;
    }

    private static bool Label(ref CborReader cbor, SenmlResolver resolver, out SenmlLabel label)
    {
        label = SenmlLabel.Unknown;
        if (cbor.Kind == CborKind.Text) return cbor.Text(3, out var name) && resolver.Label(name, out label);
        if (!cbor.Integer(out var number)) return false;
        if (number >= -6 && number <= 8) label = (SenmlLabel)(int)number;
        return true;
    }

    private static bool Member(ref CborReader cbor, FieldList fields, SenmlLabel label, ref SenmlRecord record)
    {
        switch (label)
        {
            case SenmlLabel.BaseName: return Text(ref cbor, fields, out record.BaseName);
            case SenmlLabel.BaseUnit: return Text(ref cbor, fields, out record.BaseUnit);
            case SenmlLabel.Name: return Text(ref cbor, fields, out record.Name);
            case SenmlLabel.Unit: return Text(ref cbor, fields, out record.Unit);
            case SenmlLabel.Text: return Text(ref cbor, fields, out record.Text);
            case SenmlLabel.Data: record.HasData = true; return cbor.Text(2, out _);
            case SenmlLabel.Truth: record.Truth = cbor.Truth(out var truth) ? truth : null; return record.Truth is not null;
            case SenmlLabel.BaseVersion when cbor.Integer(out var version) && Int128.Abs(version) < 1000: record.BaseVersion = (int)version; return true;
            case SenmlLabel.BaseTime: return Number(ref cbor, out record.BaseTime);
            case SenmlLabel.BaseValue: return Number(ref cbor, out record.BaseValue);
            case SenmlLabel.BaseSum: return Number(ref cbor, out record.BaseSum);
            case SenmlLabel.Value: return Number(ref cbor, out record.Value);
            case SenmlLabel.Sum: return Number(ref cbor, out record.Sum);
            case SenmlLabel.Time: return Number(ref cbor, out record.Time);
            case SenmlLabel.UpdateTime: return Number(ref cbor, out _);
            default: return false;
        }
    }

    private static bool Number(ref CborReader cbor, out ExactDecimal? number)
    {
        number = cbor.Number(out var value) ? value : null;
        return number is not null;
    }

    private static bool Text(ref CborReader cbor, FieldList fields, out string? text)
    {
        text = null;
        if (!cbor.Text(3, out var utf8) || !System.Text.Unicode.Utf8.IsValid(utf8)) return false;
        if (utf8.Length > PayloadLimits.LongestText) return fields.Reject(Rejection.TooLarge, $"a text is longer than {PayloadLimits.LongestText} bytes");
        if (!fields.Charge(24 + 2 * utf8.Length)) return false;
        text = System.Text.Encoding.UTF8.GetString(utf8);
        return true;
    }
}
