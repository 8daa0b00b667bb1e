using System.Security.Cryptography;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>The broker's answer to a CONNECT; who may enter at all, <see cref="Access.Logins"/> decides.</summary>
internal sealed record Welcome(ReasonCode Reason, string? Because, string ClientId, uint ExpirySeconds, bool Assigned, MqttBrokerOptions Options)
{
    /// <summary>Topic aliases a client may use towards this broker.</summary>
    public const ushort TopicAliases = 32;

    public static Welcome Consider(ConnectPacket connect, MqttBrokerOptions options)
    {
        var assigned = connect.ClientId.Length == 0;
        var clientId = assigned ? "auto-" + RandomNumberGenerator.GetHexString(20, lowercase: true) : connect.ClientId;
        var expiry = connect.Version == MqttVersion.V5 ? connect.Properties.SessionExpirySeconds ?? 0 : connect.CleanStart ? 0 : Session.NeverExpires;
        var (reason, because) = Judge(connect, options, assigned);
        return new(reason, because, clientId, expiry, assigned && connect.Version == MqttVersion.V5, options);
    }

    public ConnAckPacket Accepted(bool present) => new(present, ReasonCode.Success)
    {
        Properties = new()
        {
            ReceiveMaximum = Options.ReceiveMaximum,
            MaximumPacketSize = (uint)Options.MaximumPacketBytes,
            TopicAliasMaximum = TopicAliases,
            SharedSubscriptionAvailable = 0,
            AssignedClientId = Assigned ? ClientId : null,
        },
    };

    public ConnAckPacket Refused() => new(false, Reason) { Properties = Because is null ? MqttProperties.None : new() { ReasonString = Because } };

    private static (ReasonCode, string?) Judge(ConnectPacket connect, MqttBrokerOptions options, bool assigned)
    {
        if (connect.Properties.AuthenticationMethod is { } method) return (ReasonCode.BadAuthenticationMethod, $"authentication method {method} is not supported");
        if (assigned && connect is { Version: MqttVersion.V311, CleanStart: false }) return (ReasonCode.ClientIdentifierNotValid, null);
        return (ReasonCode.Success, null);
    }
}
