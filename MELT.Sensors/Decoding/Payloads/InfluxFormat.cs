namespace MELT.Sensors.Decoding.Payloads;

/// <summary>
/// Influx line protocol, several lines allowed. A field's path is its series and its key: <c>weather,location=us-midwest.temperature</c>. The time counts in
/// nanoseconds as InfluxDB takes it by default, or in the unit of the format's name. Source: docs.influxdata.com, "Line protocol reference".
/// </summary>
public sealed class InfluxFormat(string name, EpochUnit unit) : IPayloadFormat
{
    public string Name => name;

    public PayloadResult Decode(PayloadMessage message, PayloadState? state)
    {
        var fields = new FieldList(message.Payload.Length);
        if (message.Payload.Length > PayloadLimits.LongestPayload) fields.Reject(Rejection.TooLarge, $"a payload holds at most {PayloadLimits.LongestPayload} bytes");
        else if (!System.Text.Unicode.Utf8.IsValid(message.Payload)) fields.Reject(Rejection.Malformed, "the payload is not text");
        else Lines(message.Payload, fields);
        return fields.Done();
    }

    public PayloadEvidence? Recognise(PayloadMessage message)
    {
        if (message.Payload is not [> 32, ..] || Decode(message, null) is not PayloadResult.Decoded { Fields: [var first, ..] }) return null;
        if (first.At is null) return unit == EpochUnit.Nanoseconds ? new(PayloadFit.Shape, "the payload reads as Influx line protocol without a time") : null;
        return Math.Abs(first.At.Value - message.Arrived) < 3_650L * 86_400 * 1_000_000_000
            ? new(PayloadFit.Keys, $"the payload reads as Influx line protocol, and its time counted in {unit.ToString().ToLowerInvariant()} is {first.At.Value.ToDateTimeOffset():yyyy-MM-dd HH:mm:ss} UTC") : null;
    }

    private void Lines(ReadOnlySpan<byte> payload, FieldList fields)
    {
        var series = new char[PayloadLimits.LongestPath];
        for (var number = 1; !payload.IsEmpty; number++)
        {
            // A newline may stand inside a quoted string, and nowhere else.
            var line = new InfluxLine(payload, series);
            if (!line.Read(fields, unit, out var problem))
            {
                if (fields.Rejection is null) fields.Reject(Rejection.Malformed, $"line {number}: {problem}");
                return;
            }
            payload = line.Rest;
        }
        if (fields.Count == 0) fields.Reject(Rejection.Shape, "there is no point in the payload");
    }
}
