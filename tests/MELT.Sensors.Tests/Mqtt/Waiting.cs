using System.Threading.Channels;
using MELT.Sensors.Mqtt;

namespace MELT.Sensors.Tests.Mqtt;

/// <summary>Waits that end: with what was waited for, or after twenty seconds as a failure.</summary>
internal static class Waiting
{
    public static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    public static async Task<T> NextAsync<T>(this ChannelReader<T> reader) => await reader.ReadAsync(Soon);

    public static async Task<MqttDelivery> AcknowledgedAsync(this ChannelReader<MqttDelivery> reader)
    {
        var delivery = await reader.NextAsync();
        delivery.Acknowledge();
        return delivery;
    }

    public static string Text(this MqttDelivery delivery) => System.Text.Encoding.UTF8.GetString(delivery.Payload.Span);

    public static MqttMessage Message(string topic, string payload, MqttQos qos = MqttQos.AtLeastOnce) =>
        new(topic, System.Text.Encoding.UTF8.GetBytes(payload)) { Qos = qos };
}
