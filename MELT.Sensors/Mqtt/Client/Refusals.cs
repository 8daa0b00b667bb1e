using System.Net.Sockets;
using System.Security.Authentication;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Client;

/// <summary>What a person is told when a connection does not come about: what, where, and what to do.</summary>
internal static class Refusals
{
    public static MqttException Unreachable(MqttClientOptions options, Exception e) => new(
        $"No connection to the MQTT broker at {options.Host}:{options.Port}: " + e switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nothing listens there. Start the broker, or correct host and port.",
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => "there is no host of that name. Correct the name, or use its IP address.",
            SocketException { SocketErrorCode: SocketError.HostUnreachable or SocketError.NetworkUnreachable } => "the host cannot be reached from here. Check the network and the address.",
            OperationCanceledException => $"no answer within {options.ConnectTimeout.TotalSeconds:0.###} s. Check the address, the firewall, and that an MQTT broker listens on this port.",
            AuthenticationException => $"the TLS handshake failed ({e.Message}). Check the certificate, or use mqtt:// if the broker speaks without TLS.",
            _ => $"{e.Message.TrimEnd('.')}. Check that an MQTT broker listens on this port{(options.Tls ? " with TLS" : "")}.",
        }, e);

    public static MqttException Closed(MqttClientOptions options) => new(
        $"The MQTT broker at {options.Host}:{options.Port} closed the connection before answering. Check that it is an MQTT broker, that it speaks MQTT {Name(options.Version)}, and whether it expects TLS.");

    public static MqttException Refused(MqttClientOptions options, ConnAckPacket answer) => new(
        $"The MQTT broker at {options.Host}:{options.Port} refused the connection: " + answer.Reason switch
        {
            ReasonCode.BadUserNameOrPassword or ReasonCode.NotAuthorized => options.UserName is null
                ? "it wants a user name and password, and none were given. Give them in the broker's address: mqtt://user:password@host:port."
                : $"user '{options.UserName}' is not authorised, or the password is wrong. Correct them in the broker's address.",
            ReasonCode.UnsupportedProtocolVersion => $"it does not speak MQTT {Name(options.Version)}. Use the other version ({(options.Version == MqttVersion.V5 ? "3.1.1" : "5.0")}).",
            ReasonCode.ClientIdentifierNotValid => $"it does not accept the client id '{options.ClientId}'. Choose another.",
            ReasonCode.ServerUnavailable or ReasonCode.ServerBusy or ReasonCode.ServerShuttingDown or ReasonCode.QuotaExceeded => $"it has no room or is not ready ({answer.Reason}). Try again later.",
            _ => $"{answer.Reason}. The broker's log says more.",
        } + (answer.Properties.ReasonString is { } said ? $" It says: {said}" : ""));

    public static MqttException TakenOver(MqttClientOptions options) => new(
        $"Another client connected to the MQTT broker at {options.Host}:{options.Port} under the id '{options.ClientId}' and took over its session. Give each client its own id.");

    private static string Name(MqttVersion version) => version == MqttVersion.V5 ? "5.0" : "3.1.1";
}
