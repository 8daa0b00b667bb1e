using MELT.Sensors.Instruments.Jetson;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>Lines of tegrastats, read as the Jetson's own instrument does; paths are its channels (<c>VDD_IN</c>, <c>temperature-GPU</c>), values already in base units.</summary>
public sealed class TegrastatsFormat : IPayloadFormat
{
    private const int LongestLine = 2048;
    /// <summary>What finding one value in a line weighs.</summary>
    private const int ValueWeight = 560;

    public string Name => "tegrastats";

    public PayloadResult Decode(PayloadMessage message, PayloadState? state)
    {
        var fields = new FieldList(message.Payload.Length);
        if (message.Payload.Length > LongestLine) fields.Reject(Rejection.TooLarge, $"a line is at most {LongestLine} bytes long");
        else if (!System.Text.Ascii.IsValid(message.Payload)) fields.Reject(Rejection.Malformed, "the payload is not plain text");
        else Read(System.Text.Encoding.ASCII.GetString(message.Payload.Trim(" \r\n"u8)), fields);
        return fields.Done();
    }

    public PayloadEvidence? Recognise(PayloadMessage message) =>
        Decode(message, null) is PayloadResult.Decoded { Fields.Length: > 1 and var count } ? new(PayloadFit.Keys, $"the payload reads as a line of tegrastats with {count} values") : null;

    private static void Read(string line, FieldList fields)
    {
        if (line.Contains('\n')) { fields.Reject(Rejection.Shape, "there is more than one line, and none tells when it was written"); return; }
        var text = line.AsSpan();
        if (!fields.Charge(ValueWeight * (1 + text.Count('@') + text.Count('/') + text.Count('%') + text.Count("off")))) return;
        if (!TegrastatsLine.TryDecode(line, out var values, out var reason)) { fields.Reject(Rejection.Shape, reason!); return; }
        foreach (var (channel, value) in values)
            if (value is { } number && !fields.Add(new(channel.Name, PayloadValue.Of(number), null, channel.Unit))) return;
    }
}
