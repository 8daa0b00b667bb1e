using MELT.Sensors.Mqtt.Client;
#if MELT_AKKA
using MELT.Sensors.Mqtt.MqttNet;
#endif

namespace MELT.Sensors.Mqtt;

/// <summary>The clients for outside brokers, by the names that <c>melt.mqtt.client</c> takes.</summary>
public static class MqttClients
{
    public const string Melt = "melt";
    public const string MqttNet = "mqttnet";

    /// <summary>Every name there is, in this build or another.</summary>
    public static IReadOnlyList<string> Known { get; } = [Melt, MqttNet];

#if MELT_AKKA
    /// <summary>Those compiled into this build.</summary>
    public static IReadOnlyList<string> BuiltIn => Known;
#else
    /// <summary>Those compiled into this build.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } = [Melt];
#endif

    /// <summary>Connects by the client of that name, or says in <see cref="MqttException"/> why not.</summary>
    public static async Task<IMqttClient> ConnectAsync(string name, MqttClientOptions options, TimeProvider time, CancellationToken stop) => name switch
    {
        Melt => await MqttClient.ConnectAsync(options, time, stop),
#if MELT_AKKA
        MqttNet => await MqttNetClient.ConnectAsync(options, time, stop),
#endif
        _ => throw new MqttException(Known.Contains(name)
            ? $"The MQTT client {name} (melt.mqtt.client) is not in this build: build with -p:MeltRuntime=akka where its packages restore, or set melt.mqtt.client = {Melt}."
            : $"There is no MQTT client {name} (melt.mqtt.client): {string.Join(" and ", Known)} are."),
    };
}
