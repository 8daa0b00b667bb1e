using System.Globalization;
using System.Text;
using System.Text.Json;
using MELT.Devices.Time;

namespace MELT.Sensors.Instruments;

/// <summary>Writes one reading as the JSON of a <c>readings</c> topic; numbers leave exactly as the host told them.</summary>
public static class ReadingsWriter
{
    public static byte[] Write(Stamp at, long sequence, Reading.Taken reading)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{{\"seq\":{sequence},\"at\":{at.Nanoseconds},\"values\":{{");
        for (var i = 0; i < reading.Values.Length; i++)
        {
            var (channel, value) = reading.Values[i];
            text.Append(i == 0 ? "\"" : ",\"").Append(JsonEncodedText.Encode(channel)).Append("\":").Append(value);
        }
        return System.Text.Encoding.UTF8.GetBytes(text.Append("}}").ToString());
    }
}
