using System.Net.Sockets;
using System.Security.Authentication;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Mqtt.Packets;
using MQTTnet.Exceptions;
using Net = MQTTnet;

namespace MELT.Sensors.Mqtt.MqttNet;

/// <summary>What MQTTnet cannot do with MELT's promises, said instead of done half; and its exceptions in the words of our own client.</summary>
internal static class MqttNetRefusals
{
    private const string Otherwise = "set melt.mqtt.client = melt, whose client can";

    /// <summary>Nothing in 3.1.1 holds the broker back, and MQTTnet queues whatever comes without bound.</summary>
    public static MqttException OlderVersion(MqttClientOptions options) => new(
        $"MQTTnet is not used with MQTT 3.1.1 (the broker at {options.Host}:{options.Port}): that version has no Receive Maximum, and MQTTnet takes in unstored readings without bound. Use version=5, or {Otherwise}.");

    /// <summary>MQTTnet forgets with the connection which packet ids it has seen, and hides PUBREL.</summary>
    public static MqttException ExactlyOnce(string what) => new(
        $"{what} with QoS 2 is refused: over a reconnection MQTTnet does not remember what was exchanged, so exactly once would not hold. Use QoS 1, or {Otherwise}.");

    public static MqttException Refused(MqttClientOptions options, Net.MqttClientConnectResult answer) =>
        Refusals.Refused(options, new ConnAckPacket(false, (ReasonCode)(byte)answer.ResultCode) { Properties = new() { ReasonString = answer.ReasonString } });

    public static MqttException Unreachable(MqttClientOptions options, Exception e, bool timedOut)
    {
        if (timedOut) return Refusals.Unreachable(options, new OperationCanceledException(e.Message, e));
        var causes = Causes(e).ToArray();
        return causes.FirstOrDefault(c => c is SocketException or AuthenticationException or IOException or MqttProtocolViolationException) is { } cause
            ? Refusals.Unreachable(options, cause)
            : causes.Any(c => c is MqttCommunicationException) ? Refusals.Closed(options) : Refusals.Unreachable(options, e);
    }

    private static IEnumerable<Exception> Causes(Exception? e)
    {
        for (; e is not null; e = e.InnerException) yield return e;
    }
}
