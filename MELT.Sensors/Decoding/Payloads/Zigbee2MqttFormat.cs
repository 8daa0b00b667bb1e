using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>
/// zigbee2mqtt's JSON: <c>power</c>, <c>voltage</c>, <c>energy</c> in the units of its documentation (zigbee2mqtt.io, supported devices, "Exposes").
/// A device with a battery tells its voltage in mV and a plug in V, so the unit is stated only where the payload shows which it is.
/// <c>last_seen</c> is the moment, where it is configured as epoch or as ISO 8601 with offset.
/// </summary>
public sealed class Zigbee2MqttFormat : IPayloadFormat
{
    public string Name => "zigbee2mqtt";

    public PayloadResult Decode(PayloadMessage message, PayloadState? state)
    {
        var fields = KnownKeys.Read(message.Payload, Unit);
        if (fields.Rejection is null && LastSeen(fields) is { } at)
            for (var i = 0; i < fields.Count; i++) fields[i] = fields[i] with { At = at };
        return fields.Done();
    }

    public PayloadEvidence? Recognise(PayloadMessage message)
    {
        if (Decode(message, null) is not PayloadResult.Decoded { Fields: var fields }) return null;
        var topic = message.Topic.StartsWith("zigbee2mqtt/", StringComparison.Ordinal);
        var keys = fields.Any(f => f.Path == "linkquality");
        if (!topic && !keys) return null;
        return new(topic ? PayloadFit.TopicAndShape : PayloadFit.Keys, topic ? "the topic begins with zigbee2mqtt/ and the payload is JSON" : "the payload has linkquality, as zigbee2mqtt writes it");
    }

    private static string? Unit(string path, FieldList fields) => path switch
    {
        "power" or "power_phase_b" or "power_phase_c" => "W",
        "power_apparent" => "VA",
        "power_reactive" => "var",
        "power_factor" => "1",
        "voltage" when Has(fields, "battery") => "mV",
        "voltage" when Has(fields, "power") || Has(fields, "current") => "V",
        "voltage_phase_b" or "voltage_phase_c" => "V",
        "current" or "current_phase_b" or "current_phase_c" => "A",
        "energy" or "produced_energy" => "kWh",
        "ac_frequency" => "Hz",
        "temperature" or "device_temperature" or "local_temperature" => "°C",
        "humidity" => "%RH",
        "pressure" => "hPa",
        "battery" => "%",
        _ => null,
    };

    private static bool Has(FieldList fields, string path) => fields.Any(f => f.Path == path && f.Value.IsNumber);

    private static Stamp? LastSeen(FieldList fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i] is not { Path: "last_seen", Value: var value }) continue;
            if (value.IsNumber ? ExactNumbers.TryStamp(value.Number, EpochUnit.Milliseconds, out var at) : StampText.TryParse(value.Text ?? "", out at)) return at;
        }
        return null;
    }
}
