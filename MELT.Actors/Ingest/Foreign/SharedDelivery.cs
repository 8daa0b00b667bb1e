using MELT.Sensors.Mqtt;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>One delivery that several meters store: it is acknowledged when the last of them has.</summary>
internal static class SharedDelivery
{
    public static Func<MqttDelivery> Of(MqttDelivery delivery, int parts)
    {
        var left = parts;
        return () => new(delivery.Message, delivery.Duplicate, delivery.ArrivedAt, delivery.Publisher, () =>
        {
            if (Interlocked.Decrement(ref left) == 0) delivery.Acknowledge();
        });
    }
}
