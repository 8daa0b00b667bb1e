using System.Threading.Channels;
using MELT.Sensors.Mqtt;

namespace MELT.Sensors.Tests.Instruments;

/// <summary>A connection that keeps what was published, and acknowledges as the test decides.</summary>
internal sealed class FakeClient(Func<MqttMessage, CancellationToken, Task>? answer = null) : IMqttClient
{
    private readonly Channel<MqttMessage> _published = Channel.CreateUnbounded<MqttMessage>();

    public ChannelReader<MqttMessage> Published => _published.Reader;
    public ChannelReader<MqttDelivery> Deliveries => Channel.CreateBounded<MqttDelivery>(1).Reader;
    public bool IsConnected => true;
    public int Reconnections { get; set; }
    public Task SubscribeAsync(string filter, MqttQos qos, CancellationToken stop) => Task.CompletedTask;

    public Task PublishAsync(MqttMessage message, CancellationToken stop)
    {
        _published.Writer.TryWrite(message);
        return answer?.Invoke(message, stop) ?? Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
