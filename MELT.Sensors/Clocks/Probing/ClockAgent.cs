using MELT.Devices;
using MELT.Devices.Time;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Clocks.Probing;

/// <summary>Answers clock probes for meters of one device. It reads the deliveries of its connection, which must be probes only.</summary>
/// <param name="client">Where probes arrive; its publications are somebody else's as well.</param>
/// <param name="says">The clock of a meter by its name, at the moment of the call; null: no such meter.</param>
public sealed class ClockAgent(IMqttClient client, DeviceId device, Func<string, (string Domain, Stamp At)?> says)
{
    /// <summary>Answers until stopped, or until the connection ends.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await client.SubscribeAsync($"melt/v1/{device}/+/probe", MqttQos.AtMostOnce, stop).ConfigureAwait(false);
            await foreach (var delivery in client.Deliveries.ReadAllAsync(stop).ConfigureAwait(false))
            {
                delivery.Acknowledge();
                await AnswerAsync(delivery, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { }
        catch (MqttException) { }        // not connected for good: probes are lost, which their asker counts
    }

    private async Task AnswerAsync(MqttDelivery delivery, CancellationToken stop)
    {
        if (delivery.Message.ResponseTopic is not { } answers || !MeltTopic.TryParse(delivery.Topic, out var topic, out _) || topic is not MeltTopic.Probe probe) return;
        if (says(probe.Meter.Name) is not var (domain, at)) return;
        try
        {
            await client.PublishAsync(new(answers, ProbeMessage.Write(domain, at)) { Qos = MqttQos.AtMostOnce, CorrelationData = delivery.Message.CorrelationData, ContentType = "application/json" }, stop).ConfigureAwait(false);
        }
        catch (MqttException) { }        // QoS 0 while the connection is away
    }
}
