namespace MELT.Sensors.Decoding.Payloads;

/// <summary>
/// Tasmota's <c>tele/…/SENSOR</c> and its status answers: <c>ENERGY.Power</c>, <c>ENERGY.Power.0</c> where a device has several phases, <c>DS18B20.Temperature</c>.
/// <c>Time</c> is the device's local time without a zone, to the second, so it is no moment: it stays a text, and the arrival is the stamp.
/// Units: tasmota.github.io, "Power Monitoring"; of temperatures and pressures the payload says them in TempUnit and PressureUnit.
/// </summary>
public sealed class TasmotaFormat : IPayloadFormat
{
    public string Name => "tasmota";

    public PayloadResult Decode(PayloadMessage message, PayloadState? state) => KnownKeys.Read(message.Payload, Unit).Done();

    public PayloadEvidence? Recognise(PayloadMessage message)
    {
        if (Decode(message, null) is not PayloadResult.Decoded { Fields: var fields }) return null;
        var topic = message.Topic.StartsWith("tele/", StringComparison.Ordinal) || message.Topic.Contains("/tele/", StringComparison.Ordinal) || message.Topic.EndsWith("/SENSOR", StringComparison.Ordinal);
        if (!fields.Any(f => KnownKeys.LastName(f.Path) is "Time" && f.Value.Kind == PayloadKind.Text)) return null;
        var energy = fields.Any(f => IsEnergy(f.Path));
        if (!topic && !energy) return null;
        return new(topic ? PayloadFit.TopicAndShape : PayloadFit.Keys,
            $"{(topic ? "the topic is one of Tasmota's and " : "")}the payload has Time{(energy ? " and an ENERGY block" : "")} as Tasmota writes them");
    }

    private static string? Unit(string path, FieldList fields)
    {
        var key = KnownKeys.LastName(path);
        if (!IsEnergy(path)) return key switch
        {
            "Temperature" or "DewPoint" => Text(fields, "TempUnit") switch { "C" => "°C", "F" => "°F", _ => null },
            "Pressure" or "SeaPressure" => Text(fields, "PressureUnit"),
            "Humidity" => "%RH",
            _ => null,
        };
        return key switch
        {
            "Power" or "ExportPower" or "ImportPower" => "W",
            "ApparentPower" => "VA",
            "ReactivePower" => "var",
            "Factor" => "1",
            "Voltage" => "V",
            "Current" => "A",
            "Frequency" => "Hz",
            "Total" or "Yesterday" or "Today" or "ExportActive" or "ImportActive" or "TotalTariff" or "ExportTariff" => "kWh",
            "Period" => "Wh",
            _ => null,
        };
    }

    private static bool IsEnergy(string path) => path.StartsWith("ENERGY.", StringComparison.Ordinal) || path.Contains(".ENERGY.", StringComparison.Ordinal);

    private static string? Text(FieldList fields, string key)
    {
        for (var i = 0; i < fields.Count; i++)
            if (KnownKeys.LastName(fields[i].Path).SequenceEqual(key)) return fields[i].Value.Text;
        return null;
    }
}
