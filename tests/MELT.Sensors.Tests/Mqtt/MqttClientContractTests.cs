using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Tests.Mqtt;

public abstract class OwnBrokerContract(MqttVersion version) : MqttClientContract(version)
{
    private MqttBroker _broker = null!;

    protected override int Port => _broker.Port;
    protected override async Task StartBrokerAsync() => _broker = await MqttBroker.StartAsync(new());
    protected override async Task StopBrokerAsync() => await _broker.DisposeAsync();

    protected override async Task RestartBrokerAsync(Action whileDown)
    {
        await _broker.DisposeAsync();
        whileDown();
        _broker = await MqttBroker.StartAsync(new() { Port = Port });
    }
}

public abstract class MosquittoContract(MqttVersion version) : MqttClientContract(version)
{
    private Mosquitto? _broker;

    protected override int Port
    {
        get
        {
            Skip.If(_broker is null, Mosquitto.Missing);
            return _broker!.Port;
        }
    }

    protected override async Task StartBrokerAsync() => _broker = Mosquitto.Program is null ? null : await Mosquitto.StartAsync();
    protected override Task RestartBrokerAsync(Action whileDown) => _broker!.RestartAsync(whileDown);
    protected override Task StopBrokerAsync() => _broker?.DisposeAsync().AsTask() ?? Task.CompletedTask;
}

public sealed class OwnBroker311Tests() : OwnBrokerContract(MqttVersion.V311);

public sealed class OwnBroker5Tests() : OwnBrokerContract(MqttVersion.V5);

public sealed class Mosquitto311Tests() : MosquittoContract(MqttVersion.V311);

public sealed class Mosquitto5Tests() : MosquittoContract(MqttVersion.V5);
