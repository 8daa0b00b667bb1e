using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Mqtt.MqttNet;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Tests.Mqtt.MqttNet;

internal static class MqttNetSubject
{
    public const string NoExactlyOnce = "MQTTnet has no QoS 2 that survives a reconnection; its refusal is tested in MqttNetClientTests";
}

public sealed class MqttNetOwnBrokerTests() : OwnBrokerContract(MqttVersion.V5)
{
    protected override async Task<IMqttClient> OpenAsync(MqttClientOptions options) => await MqttNetClient.ConnectAsync(options, stop: Waiting.Soon);
    protected override int Reconnections(IMqttClient client) => ((MqttNetClient)client).Reconnections;
    protected override string? NoExactlyOnce => MqttNetSubject.NoExactlyOnce;
}

public sealed class MqttNetMosquittoTests() : MosquittoContract(MqttVersion.V5)
{
    protected override async Task<IMqttClient> OpenAsync(MqttClientOptions options) => await MqttNetClient.ConnectAsync(options, stop: Waiting.Soon);
    protected override int Reconnections(IMqttClient client) => ((MqttNetClient)client).Reconnections;
    protected override string? NoExactlyOnce => MqttNetSubject.NoExactlyOnce;
}
