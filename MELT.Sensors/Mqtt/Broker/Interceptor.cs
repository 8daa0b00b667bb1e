using System.Threading.Channels;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>
/// A receiver inside this process. When its room is used up, QoS 1 and 2 wait, so that nothing more is read from their publisher; QoS 0 is dropped and counted.
/// </summary>
internal sealed class Interceptor(string filter, int room)
{
    private readonly Channel<MqttDelivery> _deliveries = Channel.CreateBounded<MqttDelivery>(room);

    public string Filter { get; } = filter;
    public ChannelReader<MqttDelivery> Deliveries => _deliveries.Reader;

    public bool TryGive(MqttDelivery delivery) => _deliveries.Writer.TryWrite(delivery);
    public ValueTask GiveAsync(MqttDelivery delivery, CancellationToken stop) => _deliveries.Writer.WriteAsync(delivery, stop);
    public void Close() => _deliveries.Writer.TryComplete();
}
