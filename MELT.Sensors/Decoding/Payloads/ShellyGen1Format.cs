namespace MELT.Sensors.Decoding.Payloads;

/// <summary>
/// First-generation Shelly: bare values on <c>shellies/ID/relay/0/power</c>, and the status page as JSON (<c>meters.0.power</c>). The counters of relays and
/// the totals of meters count WATT-MINUTES; only the totals of an energy meter (<c>emeter</c>) count Wh. <c>meters.0.timestamp</c> is local time and
/// <c>unixtime</c> whole seconds of when the page was asked for, so neither is a stamp. Source: shelly-api-docs.shelly.cloud, gen1.
/// </summary>
public sealed class ShellyGen1Format : IPayloadFormat
{
    private const string Prefix = "shellies/";

    public string Name => "shelly-gen1";

    public PayloadResult Decode(PayloadMessage message, PayloadState? state)
    {
        if (message.Payload.TrimStart(" \t\r\n"u8) is [(byte)'{', ..]) return KnownKeys.Read(message.Payload, static (path, _) => UnitOfPath(path)).Done();
        var fields = new FieldList(message.Payload.Length);
        var parts = message.Topic.Length <= PayloadLimits.LongestPath ? message.Topic.Split('/') : [];
        var name = parts is [_, _, .., { Length: > 0 } last] ? last : BareFormat.Path;
        BareFormat.Read(message.Payload, name, UnitOfTopic(parts), fields);
        return fields.Done();
    }

    public PayloadEvidence? Recognise(PayloadMessage message)
    {
        if (Decode(message, null) is not PayloadResult.Decoded { Fields: { Length: > 0 } fields }) return null;
        if (message.Topic.StartsWith(Prefix, StringComparison.Ordinal))
            return new(PayloadFit.TopicAndShape, fields is [{ Unit: "Wmin" }] ? "the topic is a first-generation Shelly's, whose energy counts watt-minutes" : "the topic is a first-generation Shelly's");
        return fields.Any(f => f.Path.EndsWith("meters.0.power", StringComparison.Ordinal)) && fields.Any(f => f.Path.EndsWith("meters.0.is_valid", StringComparison.Ordinal))
            ? new(PayloadFit.Keys, "the payload has meters with power and is_valid, like the status of a first-generation Shelly") : null;
    }

    private static string? UnitOfTopic(string[] parts) => parts switch
    {
        [.., "emeter", _, "total" or "total_returned"] => "Wh",
        [.., "emeter", _, "voltage"] => "V",
        [.., "emeter", _, "current"] => "A",
        [.., "emeter", _, "pf"] => "1",
        [.., "emeter", _, "reactive_power"] => "var",
        [.., "relay" or "light" or "roller" or "emeter" or "white" or "color", _, "power"] => "W",
        [.., "relay" or "light" or "roller" or "emeter" or "white" or "color", _, "energy" or "returned_energy"] => "Wmin",
        [.., "temperature"] => "°C",
        [.., "temperature_f"] => "°F",
        [.., "voltage"] => "V",
        _ => null,
    };

    private static string? UnitOfPath(string path)
    {
        var meter = path.Contains("emeters.", StringComparison.Ordinal);
        return KnownKeys.LastName(path) switch
        {
            "power" when path.Contains("meters.", StringComparison.Ordinal) => "W",
            "total" when meter => "Wh",
            "total_returned" when meter => "Wh",
            "total" or "counters" when path.Contains("meters.", StringComparison.Ordinal) => "Wmin",
            "reactive" when meter => "var",
            "voltage" when meter => "V",
            "current" when meter => "A",
            "pf" when meter => "1",
            "temperature" or "tC" => "°C",
            "tF" => "°F",
            _ => null,
        };
    }
}
