using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>
/// Second-generation Shelly and later: <c>ID/status/switch:0</c> (<c>apower</c>, <c>aenergy.total</c>), and notifications on <c>ID/events/rpc</c>, where the
/// paths begin with the component (<c>switch:0.apower</c>) and <c>params.ts</c> is the moment. Totals count Wh, <c>aenergy.by_minute</c> counts mWh.
/// Source: shelly-api-docs.shelly.cloud, gen2, Switch, EM, EMData, PM1.
/// </summary>
public sealed class ShellyGen2Format : IPayloadFormat
{
    private const string Parameters = "params.";

    public string Name => "shelly-gen2";

    public PayloadResult Decode(PayloadMessage message, PayloadState? state)
    {
        var fields = KnownKeys.Read(message.Payload, static (path, _) => Unit(path));
        if (fields.Rejection is null) Notified(fields);
        return fields.Done();
    }

    public PayloadEvidence? Recognise(PayloadMessage message)
    {
        if (Decode(message, null) is not PayloadResult.Decoded { Fields: var fields }) return null;
        var topic = message.Topic.Contains("/status/", StringComparison.Ordinal) || message.Topic.EndsWith("/events/rpc", StringComparison.Ordinal);
        var power = fields.Any(f => KnownKeys.LastName(f.Path) is "apower" or "act_power" or "total_act_power");
        return power ? new(topic ? PayloadFit.TopicAndShape : PayloadFit.Keys, $"the payload has the active power of a Shelly{(topic ? $", and the topic is like its own: {message.Topic[(message.Topic.LastIndexOf('/') + 1)..]}" : "")}") : null;
    }

    private static void Notified(FieldList fields)
    {
        if (!fields.Any(f => f.Path == "method" && f.Value.Text is "NotifyStatus" or "NotifyFullStatus")) return;
        Stamp? at = null;
        for (var i = 0; i < fields.Count; i++)
            if (fields[i] is { Path: "params.ts", Value: { IsNumber: true, Number: var seconds } } && ExactNumbers.TryStamp(seconds, EpochUnit.Seconds, out var told)) at = told;
        for (var i = 0; i < fields.Count; i++)
        {
            ref var field = ref fields[i];
            if (field.Path.Length == Parameters.Length || !field.Path.StartsWith(Parameters, StringComparison.Ordinal)) continue;
            if (!fields.Charge(24 + 2 * field.Path.Length)) return;
            field = field with { Path = field.Path[Parameters.Length..], At = at };
        }
    }

    private static string? Unit(string path)
    {
        var key = KnownKeys.LastName(path);
        if (key is "total" or "by_minute" && path.Contains("energy.", StringComparison.Ordinal)) return key is "total" ? "Wh" : "mWh";
        if (key is "apower" || key.EndsWith("act_power")) return "W";
        if (key.EndsWith("aprt_power")) return "VA";
        if (key.EndsWith("act_energy") || key.EndsWith("act_ret_energy")) return "Wh";
        return key switch
        {
            "pf" or "a_pf" or "b_pf" or "c_pf" => "1",
            "freq" or "a_freq" or "b_freq" or "c_freq" => "Hz",
            "voltage" or "a_voltage" or "b_voltage" or "c_voltage" => "V",
            "current" or "a_current" or "b_current" or "c_current" or "n_current" or "total_current" => "A",
            "tC" => "°C",
            "tF" => "°F",
            _ => null,
        };
    }
}
